#pragma once

#include <optional>
#include <string>

#include "config.hpp"

namespace rescue::workflow {

/// What the customer is asked while the work runs. R14: an investigation ends only with answers or a logged
/// non-reply.
struct Hearing {
  std::string state;  ///< open, answered, no_reply
  Json questions = Json::array();
  Json answers = Json::object();
  std::int64_t asked_us = 0, deadline_us = 0, closed_us = 0;
};

class Hearings {
 public:
  Hearings(service::Service& service, const Config& config);
  Status open(store::Tx& tx, const std::string& incident_id);
  Result<std::optional<Hearing>> load(store::Tx& tx, const std::string& incident_id) const;
  /// kConflict "hearing-closed"; kInvalid names a question that was not asked or an answer that is no text.
  Status answer(store::Tx& tx, const std::string& incident_id, const Json& answers);
  /// Open ones whose deadline has passed.
  Result<std::vector<std::string>> overdue(store::Tx& tx) const;
  Status close_without_reply(store::Tx& tx, const std::string& incident_id);

 private:
  service::Service* service_;
  const Config* config_;
  Json questions_;
};

Json to_json(const Hearing& hearing);

}  // namespace rescue::workflow
