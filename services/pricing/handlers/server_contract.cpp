#include "handlers/server_contract.hpp"

namespace rescue::pricing {

Result<catalog::ServerContract> contract_of(const Parts& parts, const std::string& server_id,
                                            const std::optional<std::string>& customer, Timestamp now) {
  auto contract = catalog::find_and_wait(parts.contracts, catalog::ServerKey::id(server_id), now);
  if (!contract) {
    auto error = contract.error();
    if (error.code == ErrorCode::kInvalid) error.pointer = "/server_id";
    return fail(std::move(error));
  }
  if (customer && *customer != contract->customer) {
    return fail(ErrorCode::kForbidden, "not-your-server",
                "the customer " + *customer + " does not hold the contract of this server",
                "/on_behalf_of/customer");
  }
  return contract;
}

}  // namespace rescue::pricing
