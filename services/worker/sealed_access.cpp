#include "sealed_access.hpp"

#include <algorithm>

namespace rescue::worker {

Status AccessPlaces::check(const std::string& address) const {
  if (closed) return fail(*closed);
  if (under_contract.empty() && !unknown_allowed) {
    return fail(
        ErrorCode::kForbidden, "access-address-unknown",
        "the contract names no address of this server, so nobody can say that the access leads to it: have "
        "the directory of contracts name one, or set access.allow_unknown_address");
  }
  const auto wanted = net::parse_address(address);
  const bool known = std::any_of(under_contract.begin(), under_contract.end(), [&](const std::string& text) {
    return wanted && net::parse_address(text) == wanted;
  });
  const bool open_to_all = wanted && net::is_public(*wanted);
  const bool reachable = open_to_all || (wanted && allowed.contains(*wanted));
  if (reachable && (known || (under_contract.empty() && open_to_all))) return {};
  return fail(
      ErrorCode::kForbidden, "access-elsewhere",
      "the sealed access leads to an address that is not the server's under contract, or to a network "
      "that outside.allow does not name: have the access handed in anew");
}

Result<seal::Access> SealedAccess::open() const {
  if (keyring_file_.empty()) {
    return fail(ErrorCode::kUnavailable, "sealing-keys-unavailable",
                "sealing.keyring names no file: without it no access can be opened");
  }
  RESCUE_ASSIGN(const auto keys, seal::Keyring::load(keyring_file_));
  RESCUE_ASSIGN(auto access, seal::open_access(keys, box_));
  if (places_) RESCUE_TRY(places_->check(access.address));
  return access;
}

}  // namespace rescue::worker
