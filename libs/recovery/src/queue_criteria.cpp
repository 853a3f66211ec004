#include "rescue/recovery/queue_criteria.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

#include "rescue/base/ascii.hpp"

namespace rescue::recovery {
namespace {

constexpr std::size_t kMostCriteria = 64;
constexpr unsigned kWidestV4Bits = 24, kWidestV6Bits = 48;

bool is_loopback(const AddressRange& range) {
  if (!range.is_v6) return range.bytes[0] == 127;
  return std::all_of(range.bytes.begin(), range.bytes.end() - 1,
                     [](unsigned char byte) { return byte == 0; });
}

/// The name of a file, of whatever stands before it: "33:mail.php", "/var/www/mail.php".
std::string file_name_of(const std::string& path) {
  return path.substr(path.find_last_of("/:") + 1);
}

void check_sender(JsonReader& in, const std::string& sender) {
  const auto at = sender.rfind('@');
  const auto domain = at == std::string::npos ? "" : sender.substr(at + 1);
  const auto local = at == std::string::npos ? "" : sender.substr(0, at);
  const bool narrow = domain.find('*') == std::string::npos && domain.find('.') != std::string::npos &&
                      !local.empty() && (local == "*" || local.find('*') == std::string::npos);
  if (!narrow) in.fault("sender", "not-allowed-value", "an address, or *@ and a whole domain");
}

void check_address(JsonReader& in, const QueueCriterion& criterion, const std::string& text) {
  if (!criterion.address) {
    in.fault("address", "bad-address", "an IP address, or a network such as 203.0.113.0/24");
    return;
  }
  const auto& range = *criterion.address;
  if (range.bits < (range.is_v6 ? kWidestV6Bits : kWidestV4Bits))
    in.fault("address", "out-of-range",
             text + " is too wide to delete mail by: at most a /24, or a /48 of IPv6");
  if (is_loopback(range) && criterion.account.empty() && criterion.sender.empty() && criterion.script.empty())
    in.fault("address", "not-allowed-value",
             "from this server comes everybody's mail: name an account, sender or script as well");
}

std::string text_of(const QueueCriterion& criterion, const std::string& address) {
  std::string text;
  const auto add = [&](std::string_view name, const std::string& value) {
    if (!value.empty()) text += (text.empty() ? "" : ", ") + std::string(name) + " " + value;
  };
  add("account", criterion.account);
  add("sender", criterion.sender);
  add("script", criterion.script);
  add("user id", criterion.uid ? std::to_string(*criterion.uid) : "");
  add("address", address);
  if (criterion.nameless_login) text += ", logged in as nobody knows whom";
  if (criterion.without_login) text += ", without a log-in";
  return text;
}

Result<QueueCriterion> parse_criterion(const Json& json, const std::string& pointer) {
  JsonReader in(json, pointer);
  constexpr JsonReader::TextRules kName{.min_bytes = 1, .max_bytes = 320};
  constexpr std::int64_t kMostUid = 0xFFFF'FFFE;
  QueueCriterion out;
  out.account = lower_ascii(in.optional_text("account", kName).value_or(""));
  out.sender = lower_ascii(in.optional_text("sender", kName).value_or(""));
  out.script = file_name_of(in.optional_text("script", {.min_bytes = 1, .max_bytes = 4096}).value_or(""));
  if (const auto uid = in.optional_integer("uid", 0, kMostUid)) out.uid = static_cast<std::uint32_t>(*uid);
  const auto address = in.optional_text("address", {.min_bytes = 2, .max_bytes = 64});
  out.nameless_login = in.boolean("nameless_login", false);
  out.without_login = in.boolean("without_login", false);
  out.since = in.optional_time("since");
  out.until = in.optional_time("until");
  if (!out.sender.empty()) check_sender(in, out.sender);
  if (address) {
    out.address = parse_address_range(*address);
    check_address(in, out, *address);
  }
  RESCUE_TRY(in.done());
  if (out.account.empty() && out.sender.empty() && out.script.empty() && !out.address)
    return fail(ErrorCode::kInvalid, "missing-field",
                "a criterion to delete mail by names an account, a sender, a script or an address", pointer);
  out.text = text_of(out, address.value_or(""));
  return out;
}

bool sender_matches(const std::string& pattern, const std::string& sender) {
  const auto lower = lower_ascii(sender);
  if (!pattern.starts_with("*@")) return lower == pattern;
  return lower.ends_with(pattern.substr(1)) && lower.size() > pattern.size() - 1;
}

bool is_local(const MessageOrigin& origin) {
  return origin.address.empty() || origin.address.starts_with("127.") || origin.address == "::1";
}

bool holds(const QueueCriterion& criterion, const MessageOrigin& origin, std::optional<Timestamp> received) {
  if (!criterion.account.empty() && criterion.account != lower_ascii(origin.account)) return false;
  if (!criterion.sender.empty() && !sender_matches(criterion.sender, origin.sender)) return false;
  // Whoever mails from elsewhere can write any header.
  if (!criterion.script.empty() && (!is_local(origin) || criterion.script != origin.script)) return false;
  if (criterion.uid && criterion.uid != origin.uid && criterion.uid != origin.script_uid) return false;
  if (criterion.nameless_login && (!origin.logged_in || !origin.account.empty())) return false;
  if (criterion.address && !criterion.address->contains(origin.address)) return false;
  if (criterion.without_login && (origin.logged_in || !origin.account.empty())) return false;
  if (criterion.since && (!received || *received < *criterion.since)) return false;
  return !criterion.until || (received && *received <= *criterion.until);
}

}  // namespace

std::optional<AddressRange> parse_address_range(const std::string& text) {
  AddressRange range;
  const auto slash = text.find('/');
  const auto address = text.substr(0, slash);
  range.is_v6 = address.find(':') != std::string::npos;
  if (::inet_pton(range.is_v6 ? AF_INET6 : AF_INET, address.c_str(), range.bytes.data()) != 1)
    return std::nullopt;
  const unsigned most = range.is_v6 ? 128 : 32;
  range.bits = most;
  if (slash == std::string::npos) return range;
  const auto* const end = text.data() + text.size();
  const auto [stop, fault] = std::from_chars(text.data() + slash + 1, end, range.bits);
  if (fault != std::errc() || stop != end || range.bits > most) return std::nullopt;
  return range;
}

bool AddressRange::contains(const std::string& address) const {
  std::array<unsigned char, 16> other{};
  const bool other_v6 = address.find(':') != std::string::npos;
  if (other_v6 != is_v6 || ::inet_pton(is_v6 ? AF_INET6 : AF_INET, address.c_str(), other.data()) != 1)
    return false;
  for (unsigned bit = 0; bit < bits; ++bit) {
    const auto mask = static_cast<unsigned char>(0x80U >> (bit % 8));
    if (((bytes.at(bit / 8) ^ other.at(bit / 8)) & mask) != 0) return false;
  }
  return true;
}

bool QueueCriteria::name_an_account() const {
  return std::ranges::any_of(
      any, [](const QueueCriterion& one) { return !one.account.empty() || one.nameless_login; });
}

std::string QueueCriteria::reason_for(const MessageOrigin& origin, std::optional<Timestamp> received) const {
  const auto found =
      std::ranges::find_if(any, [&](const QueueCriterion& one) { return holds(one, origin, received); });
  return found == any.end() ? "" : found->text;
}

Result<QueueCriteria> parse_queue_criteria(const Json& json) {
  if (!json.is_object()) return fail(ErrorCode::kInvalid, "wrong-type", "an object with the list `any`");
  JsonReader in(json);
  const auto* const list = in.raw("any");
  RESCUE_TRY(in.done());
  if (list == nullptr)
    return fail(ErrorCode::kInvalid, "missing-field", "the list `any` of criteria", "/any");
  if (!list->is_array() || list->empty() || list->size() > kMostCriteria)
    return fail(ErrorCode::kInvalid, "wrong-length", "a list of 1 to 64 criteria", "/any");
  QueueCriteria out;
  for (std::size_t i = 0; i < list->size(); ++i) {
    const auto pointer = "/any/" + std::to_string(i);
    if (!(*list)[i].is_object())
      return fail(ErrorCode::kInvalid, "wrong-type", "a criterion is an object", pointer);
    RESCUE_ASSIGN(auto one, parse_criterion((*list)[i], pointer));
    out.any.push_back(std::move(one));
  }
  return out;
}

}  // namespace rescue::recovery
