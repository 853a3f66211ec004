#include "sealed_access.hpp"

namespace rescue::worker {

Result<seal::Access> SealedAccess::open() const {
  if (keyring_file_.empty()) {
    return fail(ErrorCode::kUnavailable, "sealing-keys-unavailable",
                "sealing.keyring names no file: without it no access can be opened");
  }
  RESCUE_ASSIGN(const auto keys, seal::Keyring::load(keyring_file_));
  return seal::open_access(keys, box_);
}

}  // namespace rescue::worker
