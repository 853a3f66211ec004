#pragma once

#include <string>
#include <vector>

#include "rescue/base/clock.hpp"
#include "rescue/base/json.hpp"
#include "rescue/store/database.hpp"

namespace rescue::workflow {

inline const std::string kWebhook = "webhook";
inline const std::string kMail = "mail";

/// One row of `notices`. States: shown (over REST only: there is no way to reach the recipient), pending,
/// delivered, undeliverable (every way has failed), withdrawn (it was overtaken).
struct Notice {
  std::string id = {}, incident_id = {}, kind = {}, audience = {}, recipient = {}, subject = {}, state = {};
  Json facts = Json::object(), texts = Json::object();
  Json receipt = {};  ///< {channel: webhook|mail|web_form|operator, at, by, detail}; null: there is none yet
  std::string traceparent = {};
  std::int64_t created_us = 0, settled_us = 0;
};

/// One row of `notice_deliveries`.
struct NoticeDelivery {
  std::string id, notice_id, channel, destination, state;
  std::int64_t attempts = 0, round_from = 0, next_us = 0;
  std::string problem, detail;
};

std::vector<std::string> notice_states();
Result<Notice> load_notice(store::Tx& tx, const std::string& id);
struct NoticeFilter {
  std::string state = {}, incident_id = {}, audience = {}, recipient = {};  ///< empty: any
};
/// Newest first: those with an id below `before` (empty: from the newest).
Result<std::vector<Notice>> list_notices(store::Tx& tx, const NoticeFilter& filter, const std::string& before,
                                         std::size_t limit);
/// The incident's notices of this kind to its customer.
Result<std::vector<Notice>> notices_of_kind(store::Tx& tx, const std::string& incident_id,
                                            const std::string& kind);
Result<std::vector<NoticeDelivery>> deliveries_of(store::Tx& tx, const std::string& notice_id);

/// What a recipient sees; with `for_staff` also who that is.
Json to_json(const Notice& notice, bool for_staff);
/// With its attempts.
Result<Json> delivery_json(store::Tx& tx, const NoticeDelivery& delivery);

}  // namespace rescue::workflow
