#include "html_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "rescue/base/ascii.hpp"

namespace rescue::complaint {
namespace {

constexpr std::array<std::string_view, 5> kUnseen = {"script", "style", "head", "title", "template"};
constexpr std::array<std::string_view, 16> kBlocks = {"p",  "br",  "div",   "tr",        "td", "th",
                                                      "li", "ul",  "ol",    "h1",        "h2", "h3",
                                                      "h4", "pre", "table", "blockquote"};
constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kEntities = {{{"amp", "&"},
                                                                                     {"lt", "<"},
                                                                                     {"gt", ">"},
                                                                                     {"quot", "\""},
                                                                                     {"apos", "'"},
                                                                                     {"nbsp", " "},
                                                                                     {"ndash", "–"},
                                                                                     {"rarr", "→"}}};

void append_utf8(std::string& out, unsigned code) {
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xC0U | (code >> 6U));
    out += static_cast<char>(0x80U | (code & 0x3FU));
  } else if (code < 0x10000) {
    out += static_cast<char>(0xE0U | (code >> 12U));
    out += static_cast<char>(0x80U | ((code >> 6U) & 0x3FU));
    out += static_cast<char>(0x80U | (code & 0x3FU));
  } else {
    out += static_cast<char>(0xF0U | (code >> 18U));
    out += static_cast<char>(0x80U | ((code >> 12U) & 0x3FU));
    out += static_cast<char>(0x80U | ((code >> 6U) & 0x3FU));
    out += static_cast<char>(0x80U | (code & 0x3FU));
  }
}

/// "&amp;", "&#46;", "&#x2e;" at the beginning of `text`: its length, or 0.
std::size_t add_entity(std::string_view text, std::string& out) {
  const auto end = text.substr(0, 12).find(';');
  if (end == std::string_view::npos || end < 2) return 0;
  auto name = text.substr(1, end - 1);
  if (name.front() != '#') {
    const auto* it =
        std::find_if(kEntities.begin(), kEntities.end(), [&](const auto& one) { return one.first == name; });
    if (it == kEntities.end()) return 0;
    out += it->second;
    return end + 1;
  }
  name.remove_prefix(1);
  const bool hex = name.starts_with('x') || name.starts_with('X');
  if (hex) name.remove_prefix(1);
  unsigned code = 0;
  const auto [stop, error] = std::from_chars(name.data(), name.data() + name.size(), code, hex ? 16 : 10);
  const bool whole = error == std::errc() && stop == name.data() + name.size();
  if (!whole || code == 0 || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) return 0;
  append_utf8(out, code == 0xA0 ? ' ' : code);
  return end + 1;
}

/// "td" of "<td class=…" and of "</td>".
std::string tag_name(std::string_view text) {
  std::size_t at = text.size() > 1 && text[1] == '/' ? 2 : 1;
  std::string name;
  while (at < text.size() && name.size() < 16 &&
         std::string_view(" \t\r\n/>").find(text[at]) == std::string_view::npos)
    name += text[at++];
  return lower_ascii(name);
}

class Reader {
 public:
  explicit Reader(std::string_view html) : html_(html), lower_(lower_ascii(html)) {}

  std::string read() {
    while (at_ < html_.size()) step();
    return std::move(out_);
  }

 private:
  void step() {
    const char c = html_[at_];
    if (c == '<') return tag();
    if (c == '&') {
      const auto length = add_entity(html_.substr(at_), out_);
      if (length > 0) {
        at_ += length;
        return;
      }
    }
    // A line's end is a blank where no block ends.
    out_ += c == '\r' || c == '\n' || c == '\t' ? ' ' : c;
    ++at_;
  }

  void skip_past(std::string_view mark) {
    const auto found = lower_.find(mark, at_);
    at_ = found == std::string::npos ? html_.size() : found + mark.size();
  }

  void tag() {
    if (html_.substr(at_).starts_with("<!--")) return skip_past("-->");
    const char next = at_ + 1 < html_.size() ? html_[at_ + 1] : ' ';
    const bool is_tag = next == '/' || next == '!' || next == '?' || (next >= 'a' && next <= 'z') ||
                        (next >= 'A' && next <= 'Z');
    if (!is_tag) {
      out_ += html_[at_++];
      return;
    }
    const auto name = tag_name(html_.substr(at_));
    if (std::find(kUnseen.begin(), kUnseen.end(), name) != kUnseen.end() && next != '/')
      skip_past("</" + name);
    if (std::find(kBlocks.begin(), kBlocks.end(), name) != kBlocks.end()) out_ += '\n';
    skip_past(">");
  }

  std::string_view html_;
  std::string lower_;
  std::size_t at_ = 0;
  std::string out_;
};

}  // namespace

std::string html_text(std::string_view html) {
  return Reader(html).read();
}

}  // namespace rescue::complaint
