#include "job_places.hpp"

namespace rescue::worker {
namespace {

constexpr std::chrono::hours kToldHolds{24};

std::vector<std::string> texts(const Attempt& attempt, const char* key) {
  return attempt.outside.value(key, std::vector<std::string>());
}

/// What `outside` says of the contract. Of workflow before it said any, nothing.
std::string contract_of(const Attempt& attempt) {
  return attempt.outside.is_object() ? attempt.outside.value("contract", "") : "";
}

std::optional<Error> closed_by(const std::string& contract) {
  if (contract == "over") {
    return Error{
        ErrorCode::kForbidden, "contract-over",
        "nothing connects to the server: it is no longer under contract with the incident's customer"};
  }
  if (contract == "old") {
    return Error{ErrorCode::kUnavailable, "addresses-old",
                 "where the server is was told more than a day ago: it is told again with the next attempt"};
  }
  return std::nullopt;
}

}  // namespace

Attempt in_force(Attempt attempt, Timestamp now) {
  if (!attempt.outside.is_object() || !attempt.outside.contains("given_us")) return attempt;
  if (now - from_us(attempt.outside.value("given_us", std::int64_t{0})) <= kToldHolds) return attempt;
  attempt.outside["addresses"] = Json::array();
  if (contract_of(attempt) != "over") attempt.outside["contract"] = "old";
  return attempt;
}

AccessPlaces access_places(const Attempt& attempt, const Config& config) {
  AccessPlaces out{.under_contract = {},
                   .allowed = config.outside.allow,
                   .unknown_allowed = config.allow_unknown_address,
                   .closed = closed_by(contract_of(attempt))};
  if (!attempt.outside.is_object()) return out;
  // Those to look at are left out once they are old; where access may lead does not widen by that.
  const bool apart = attempt.outside.contains("contract_addresses");
  out.under_contract = texts(attempt, apart ? "contract_addresses" : "addresses");
  return out;
}

std::string why_not_looked_at(const Attempt& attempt) {
  return contract_of(attempt) == "over"
             ? "the server is no longer under contract with the incident's customer"
             : "";
}

}  // namespace rescue::worker
