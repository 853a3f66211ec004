#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "consents.hpp"
#include "rescue/seal/public_keys.hpp"
#include "rescue/service/acting_for.hpp"

namespace rescue::intake {

/// What a request is held against: the consents of the day, and the keys that access may be sealed to.
struct Offered {
  OfferedConsents consents;  ///< of orders
  std::shared_ptr<const seal::PublicKeys> keys;
  Timestamp now;
};

/// A request to workflow after all checks that need no knowledge of the incident.
struct Submission {
  service::ActingFor acting_for;
  Json body;  ///< as it came, without on_behalf_of; an order's consents with the texts that they are to
};

/// One kind of request that customers make about an incident; the table of them is `request_kinds()`.
struct RequestKind {
  std::string_view kind;          ///< "order": in messages and tables
  std::string_view path_segment;  ///< "orders": POST /v1/incidents/{incident_id}/orders
  /// Checks the fields of this kind, and completes `body` by what we know of them.
  Status (*read)(JsonReader& in, const Offered& offered, Json& body);
};

const std::vector<RequestKind>& request_kinds();

/// Reads and checks a body of this kind, with the on_behalf_of that all have. kInvalid names the field.
Result<Submission> read_submission(const RequestKind& kind, const Json& body, const Offered& offered);

}  // namespace rescue::intake
