#include "rescue/base/base64.hpp"
#include "rescue/base/hmac.hpp"
#include "rescue/delivery/webhook.hpp"

namespace rescue::delivery {
namespace {

constexpr std::string_view kPrefix = "whsec_";
constexpr std::size_t kBytesMin = 24;
constexpr std::size_t kBytesMax = 64;
constexpr std::size_t kSecretsMax = 2;

std::string bytes_of_hex(std::string_view hex) {
  const auto value = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  std::string out;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    out += static_cast<char>(value(hex[i]) * 16 + value(hex[i + 1]));
  }
  return out;
}

std::string_view without_space(std::string_view line) {
  const auto from = line.find_first_not_of(" \t\r");
  if (from == std::string_view::npos) return {};
  return line.substr(from, line.find_last_not_of(" \t\r") - from + 1);
}

}  // namespace

Result<SigningSecrets> SigningSecrets::parse(std::string_view text) {
  SigningSecrets out;
  while (!text.empty()) {
    const auto end = text.find('\n');
    const auto line = without_space(text.substr(0, end));
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    if (line.empty()) continue;
    const auto key = decode_base64(line.starts_with(kPrefix) ? line.substr(kPrefix.size()) : "");
    if (!key || key->size() < kBytesMin || key->size() > kBytesMax || out.keys_.size() == kSecretsMax) {
      return fail(ErrorCode::kInvalid, "bad-config",
                  "must hold one or two lines of whsec_ and the base64 of 24 to 64 random bytes");
    }
    out.keys_.push_back(*key);
  }
  if (out.keys_.empty()) return fail(ErrorCode::kInvalid, "bad-config", "must hold a secret: whsec_…");
  return out;
}

std::string SigningSecrets::sign(std::string_view id, std::int64_t timestamp_s, std::string_view body) const {
  std::string out;
  const auto timestamp = std::to_string(timestamp_s);
  for (const auto& key : keys_) {
    const auto mac = HmacSha256(key).hex({id, ".", timestamp, ".", body});
    out += (out.empty() ? "v1," : " v1,") + encode_base64(bytes_of_hex(mac));
  }
  return out;
}

}  // namespace rescue::delivery
