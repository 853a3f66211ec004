#include "sealing_files.hpp"

#include <filesystem>

#include "replaced_file.hpp"

namespace rescue::ctl {
namespace {

constexpr mode_t kSecretMode = 0600;
constexpr mode_t kPublicMode = 0644;

}  // namespace

Result<SealingKeyset> read_sealing_keys(const SealingFiles& files) {
  SealingKeyset out;
  if (std::filesystem::exists(files.keyring)) {
    RESCUE_ASSIGN(out.keyring, seal::Keyring::load(files.keyring));
  }
  if (std::filesystem::exists(files.public_keys)) {
    RESCUE_ASSIGN(out.public_keys, seal::PublicKeys::load(files.public_keys));
  }
  return out;
}

Result<seal::OfferedKey> add_sealing_key(const SealingFiles& files, const NewSealingKey& wish) {
  RESCUE_ASSIGN(const auto lock, FileLock::take(files.keyring));
  RESCUE_ASSIGN(auto keys, read_sealing_keys(files));
  if (wish.first && !keys.keyring.empty()) {
    return fail(ErrorCode::kConflict, "bad-key-file",
                files.keyring + " has a key already: change it with sealing-key rotate");
  }
  auto pair = seal::KeyPair::make(wish.now);
  const seal::OfferedKey offered{pair.public_key, wish.now + wish.in_force};
  RESCUE_TRY(keys.keyring.add(std::move(pair)));
  keys.public_keys.add(offered, wish.now + wish.grace);
  RESCUE_TRY(replace_file(files.keyring, keys.keyring.encode().view(), kSecretMode));
  RESCUE_TRY(replace_file(files.public_keys, keys.public_keys.encode(), kPublicMode));
  return offered;
}

Status remove_sealing_key(const SealingFiles& files, const std::string& id, Timestamp now) {
  RESCUE_ASSIGN(const auto lock, FileLock::take(files.keyring));
  RESCUE_ASSIGN(auto keys, read_sealing_keys(files));
  if (keys.public_keys.accepted(id, now) != nullptr) {
    return fail(ErrorCode::kConflict, "bad-key-file",
                "boxes to the key " + id + " are still taken: change it with sealing-key rotate first");
  }
  RESCUE_TRY(keys.keyring.remove(id));
  keys.public_keys.remove(id);
  RESCUE_TRY(replace_file(files.public_keys, keys.public_keys.encode(), kPublicMode));
  return replace_file(files.keyring, keys.keyring.encode().view(), kSecretMode);
}

}  // namespace rescue::ctl
