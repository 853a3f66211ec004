#include "seal.hpp"

#include <algorithm>
#include <fstream>

#include "rescue/base/sha256.hpp"
#include "rescue/queue/redis.hpp"

namespace rescue::queue {
namespace {

constexpr std::size_t kSecretBytesMin = 32;
constexpr std::size_t kSecretBytesMax = 1'000;
constexpr std::size_t kSecretsMax = 2;  // the one in use, and the one before or after it

}  // namespace

bool Sealer::is_sealed(std::string_view key, std::string_view payload, std::string_view given) {
  return keys_.empty() || std::any_of(keys_.begin(), keys_.end(), [&](HmacSha256& one) {
           return equal_constant_time(one.hex({key, "\n", payload}), given);
         });
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
