#include "host_key.hpp"

#include <algorithm>
#include <array>

#include "rescue/base/base64.hpp"

namespace rescue::seal {
namespace {

constexpr std::string_view kFingerprint = "SHA256:";
constexpr std::size_t kFingerprintCharacters = 43;
constexpr std::array<std::string_view, 5> kTypes = {"ssh-ed25519", "ssh-rsa", "ecdsa-sha2-nistp256",
                                                    "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521"};

/// The type that the key's bytes begin with: its length as four bytes, then the name.
bool names_type(std::string_view bytes, std::string_view type) {
  if (bytes.size() < 4 + type.size()) return false;
  const auto length = std::string{'\0', '\0', '\0', static_cast<char>(type.size())};
  return bytes.starts_with(length) && bytes.substr(4).starts_with(type);
}

bool is_fingerprint(std::string_view text) {
  if (!text.starts_with(kFingerprint) || text.size() != kFingerprint.size() + kFingerprintCharacters) {
    return false;
  }
  return decode_base64(std::string(text.substr(kFingerprint.size())) + "=").has_value();
}

}  // namespace

std::optional<std::string> plain_host_key(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return std::nullopt;
  text = text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
  if (is_fingerprint(text)) return std::string(text);
  const auto type = text.substr(0, text.find(' '));
  if (std::find(kTypes.begin(), kTypes.end(), type) == kTypes.end() || type.size() == text.size()) {
    return std::nullopt;
  }
  const auto rest = text.substr(type.size() + 1);
  const auto key = rest.substr(0, rest.find(' '));
  const auto bytes = decode_base64(key);
  if (!bytes || !names_type(*bytes, type)) return std::nullopt;
  return std::string(type) + " " + std::string(key);
}

}  // namespace rescue::seal
