#include "mail_headers.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>

#include "rescue/base/base64.hpp"
#include "rescue/delivery/mail.hpp"

namespace rescue::delivery {
namespace {

constexpr std::size_t kPlainBytesMax = 60;
constexpr std::size_t kWordBytesMax = 45;  // 60 digits of base64 between =?utf-8?B? and ?=
constexpr std::size_t kAddressBytesMax = 254;

bool continues_character(char c) {
  return (static_cast<unsigned char>(c) & 0xc0U) == 0x80U;
}

std::string without_control(std::string_view text) {
  std::string out(text);
  std::replace_if(
      out.begin(), out.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
  return out;
}

Status bad(const std::string& text) {
  return fail(ErrorCode::kInvalid, "bad-config", text);
}

bool is_alnum(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// Parts of `allowed` characters, parted by single dots.
bool is_dotted(std::string_view text, std::string_view also) {
  if (text.empty() || text.front() == '.' || text.back() == '.') return false;
  if (text.find("..") != std::string_view::npos) return false;
  return std::all_of(text.begin(), text.end(), [&](char c) {
    return is_alnum(c) || c == '.' || also.find(c) != std::string_view::npos;
  });
}

}  // namespace

std::string encoded_header(std::string_view raw) {
  const auto text = without_control(raw);
  const bool plain = text.size() <= kPlainBytesMax && text.find("=?") == std::string::npos &&
                     std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
  if (plain) return text;
  std::string out;
  for (std::size_t from = 0; from < text.size();) {
    auto to = std::min(from + kWordBytesMax, text.size());
    while (to < text.size() && to > from + 1 && continues_character(text[to])) --to;
    out += (out.empty() ? "" : "\r\n ") + ("=?utf-8?B?" + encode_base64(text.substr(from, to - from)) + "?=");
    from = to;
  }
  return out;
}

std::string mail_date(Timestamp at) {
  constexpr std::array<const char*, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<const char*, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(at.time_since_epoch()).count();
  const std::time_t time = seconds;
  std::tm utc{};
  gmtime_r(&time, &utc);
  std::array<char, 64> text{};
  // %a and %b would speak the locale's language.
  std::snprintf(text.data(), text.size(), "%s, %02d %s %04d %02d:%02d:%02d +0000",
                kDays.at(static_cast<std::size_t>(utc.tm_wday)), utc.tm_mday,
                kMonths.at(static_cast<std::size_t>(utc.tm_mon)), utc.tm_year + 1900, utc.tm_hour, utc.tm_min,
                utc.tm_sec);
  return text.data();
}

std::string domain_of(const std::string& address) {
  return address.substr(address.rfind('@') + 1);
}

Status check_mail_address(const std::string& address) {
  const auto at = address.rfind('@');
  if (address.size() > kAddressBytesMax || at == std::string::npos ||
      !is_dotted(std::string_view(address).substr(0, at), "!#$%&'*+/=?^_`{|}~-") ||
      !is_dotted(std::string_view(address).substr(at + 1), "-")) {
    return bad("must be a plain mail address: name@example.jp");
  }
  return {};
}

Status check_relay_url(const std::string& url) {
  const std::string_view text(url);
  const bool known = text.starts_with("smtp://") || text.starts_with("smtps://");
  const auto host = known ? text.substr(text.find("//") + 2) : std::string_view();
  if (host.empty() || host.size() > kAddressBytesMax || !std::all_of(host.begin(), host.end(), [](char c) {
        return is_alnum(c) || std::string_view(".-:[]").find(c) != std::string_view::npos;
      })) {
    return bad("must be smtp://host:port or smtps://host:port");
  }
  return {};
}

}  // namespace rescue::delivery
