#include "charsets.hpp"

#include <gmime/gmime.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "rescue/base/ascii.hpp"

namespace rescue::complaint {
namespace {

constexpr std::array<std::string_view, 36> kKnown = {
    "us-ascii",     "ascii",        "utf-8",        "utf8",         "iso-8859-1",   "iso-8859-2",
    "iso-8859-3",   "iso-8859-4",   "iso-8859-5",   "iso-8859-6",   "iso-8859-7",   "iso-8859-8",
    "iso-8859-9",   "iso-8859-10",  "iso-8859-13",  "iso-8859-14",  "iso-8859-15",  "windows-1250",
    "windows-1251", "windows-1252", "windows-1253", "windows-1254", "windows-1257", "koi8-r",
    "koi8-u",       "iso-2022-jp",  "shift_jis",    "sjis",         "cp932",        "windows-31j",
    "euc-jp",       "gb2312",       "gbk",          "gb18030",      "big5",         "euc-kr"};

bool is_name_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("-_.:+/").find(c) != std::string_view::npos;
}

/// The end of the name that begins at `at`.
std::size_t name_end(std::string_view text, std::size_t at) {
  while (at < text.size() && is_name_char(text[at])) ++at;
  return at;
}

/// What stands for a byte that means nothing: a mark that no address, URL or number is read across.
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

std::string ascii_only(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) {
    if (static_cast<unsigned char>(c) > 127 || c == '\0') {
      out += kReplacement;
    } else {
      out += c;
    }
  }
  return out;
}

/// UTF-8 with the bytes that are none replaced.
std::string valid_pieces(std::string_view bytes) {
  std::string out;
  while (!bytes.empty()) {
    const char* stop = nullptr;
    const bool whole = g_utf8_validate(bytes.data(), static_cast<gssize>(bytes.size()), &stop) != FALSE;
    const auto good = static_cast<std::size_t>(stop - bytes.data());
    out += bytes.substr(0, good);
    bytes.remove_prefix(good);
    if (whole || bytes.empty()) break;
    out += kReplacement;
    bytes.remove_prefix(1);
  }
  return out;
}

/// Through iconv, a byte that is not in the charset giving U+FFFD.
std::string converted(std::string_view bytes, const char* charset) {
  const iconv_t way = g_mime_iconv_open("UTF-8", charset);
  if (way == reinterpret_cast<iconv_t>(-1)) return ascii_only(bytes);
  std::string out;
  std::string copy(bytes);
  char* in = copy.data();
  std::size_t left = copy.size();
  std::array<char, 4096> piece{};
  while (left > 0) {
    char* to = piece.data();
    std::size_t room = piece.size();
    const auto done = iconv(way, &in, &left, &to, &room);
    out.append(piece.data(), piece.size() - room);
    if (done != static_cast<std::size_t>(-1) || errno == E2BIG) continue;
    out += kReplacement;
    ++in;
    --left;
  }
  g_mime_iconv_close(way);
  return out;
}

/// Control characters mean nothing in a text, and may stand where something else stood.
std::string without_controls(const std::string& text) {
  std::string out;
  for (const char c : text) {
    const bool control = static_cast<unsigned char>(c) < 32 && c != '\n' && c != '\r' && c != '\t';
    if (control) out += kReplacement;
    if (!control) out += c;
  }
  return out;
}

}  // namespace

bool is_known_charset(std::string_view name) {
  const auto lower = lower_ascii(name);
  return std::find(kKnown.begin(), kKnown.end(), lower) != kKnown.end();
}

std::string without_odd_charsets(std::string_view raw) {
  std::string out(raw);
  for (std::size_t at = 0; (at = out.find_first_of("?='*", at)) != std::string::npos; ++at) {
    // "=?charset?", "*=charset'", "*0*=charset'"
    const bool word = out[at] == '?' && at > 0 && out[at - 1] == '=';
    const bool parameter = out[at] == '=' && at > 0 && out[at - 1] == '*';
    if (!word && !parameter) continue;
    const auto begin = parameter && at + 1 < out.size() && out[at + 1] == '"' ? at + 2 : at + 1;
    const auto end = name_end(out, begin);
    if (end == begin || is_known_charset(std::string_view(out).substr(begin, end - begin))) continue;
    std::fill(out.begin() + static_cast<std::ptrdiff_t>(begin),
              out.begin() + static_cast<std::ptrdiff_t>(end), '_');
  }
  return out;
}

std::string to_utf8(std::string_view bytes, std::string_view charset) {
  auto name = lower_ascii(charset);
  if (name.empty() && bytes.find("\x1b$") != std::string_view::npos) name = "iso-2022-jp";
  const bool plain =
      name.empty() || name == "utf-8" || name == "utf8" || name == "us-ascii" || name == "ascii";
  if (!plain && is_known_charset(name)) return without_controls(converted(bytes, name.c_str()));
  return without_controls(plain ? valid_pieces(bytes) : ascii_only(bytes));
}

}  // namespace rescue::complaint
