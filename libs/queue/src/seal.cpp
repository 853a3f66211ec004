#include "seal.hpp"

#include <fstream>

#include "rescue/base/sha256.hpp"
#include "rescue/queue/redis.hpp"

namespace rescue::queue {
namespace {

constexpr std::size_t kSecretBytesMin = 32;
constexpr std::size_t kSecretBytesMax = 1'000;
constexpr std::size_t kSecretsMax = 2;  // the one in use, and the one before or after it

}  // namespace

std::string seal(std::string_view secret, std::string_view key, std::string_view payload) {
  std::string text(key);
  text.append("\n").append(payload);
  return hmac_sha256_hex(secret, text);
}

bool is_sealed(const std::vector<std::string>& secrets, std::string_view key, std::string_view payload,
               std::string_view given) {
  bool sealed = secrets.empty();
  for (const auto& secret : secrets) sealed |= equal_constant_time(seal(secret, key, payload), given);
  return sealed;
}

Result<std::vector<std::string>> read_secrets(const std::string& path) {
  std::ifstream file(path);
  if (!file) return fail(ErrorCode::kInvalid, "bad-config", "cannot read the secret file " + path);
  std::vector<std::string> secrets;
  std::string line;
  while (std::getline(file, line)) {
    if (line.empty()) continue;
    if (line.size() < kSecretBytesMin || line.size() > kSecretBytesMax || secrets.size() == kSecretsMax) {
      return fail(ErrorCode::kInvalid, "bad-config",
                  path +
                      " must hold one secret of at least 32 characters, or two while they are changed, each "
                      "on a line");
    }
    secrets.push_back(line);
  }
  if (secrets.empty()) return fail(ErrorCode::kInvalid, "bad-config", path + " holds no secret");
  return secrets;
}

}  // namespace rescue::queue
