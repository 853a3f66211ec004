#pragma once

#include <string>
#include <vector>

#include "config.hpp"
#include "incidents.hpp"
#include "notices/contacts_file.hpp"
#include "notices/notice.hpp"
#include "tasks.hpp"

namespace rescue::workflow {

/// What is to be told. `subject` tells notices of one kind and incident apart; the same once more is no
/// second notice.
struct Announcement {
  std::string kind;
  std::string subject = {};
  Json facts = Json::object();
};

/// What shows that a notice was delivered.
struct Receipt {
  std::string channel;  ///< webhook, mail, web_form, operator
  std::string by;       ///< the endpoint, the address, the person, the operator
  std::string detail;
};

/// The notices and what is known of the ways they go; sending is the courier's. Each function runs inside the
/// caller's transaction. Thread-safe.
class Notices {
 public:
  /// Throws std::runtime_error when the contacts file cannot be used.
  Notices(service::Service& service, const Config& config, Tasks& tasks);

  Status tell_customer(store::Tx& tx, const Incident& incident, Announcement what);
  Status tell_reporter(store::Tx& tx, const Incident& incident, const std::string& key_id, Announcement what);

  /// One way of it has worked, or somebody has it: deliveries that still wait are dropped when a person says
  /// so.
  Status receive(store::Tx& tx, Notice notice, const Receipt& receipt);
  /// The same for the incident's notices of this kind (and subject, unless it is empty) that nobody has
  /// confirmed: what the customer just did shows that it was seen.
  Status receive_all(store::Tx& tx, const std::string& incident_id, const std::string& kind,
                     const std::string& subject, const Receipt& receipt);
  /// They were overtaken: what has not been sent yet is not sent any more. An empty subject: all of the kind.
  Status withdraw(store::Tx& tx, const std::string& incident_id, const std::string& kind,
                  const std::string& subject, const std::string& why);

  /// What has failed is tried again, also by ways that the contacts file names since. kConflict
  /// "notice-delivered", "nothing-to-retry".
  Result<Notice> retry(store::Tx& tx, const std::string& id, const Cause& cause);
  /// An operator has delivered it, by `cause.details.channel`, and says how. kConflict "notice-delivered".
  Result<Notice> settle(store::Tx& tx, const std::string& id, const Cause& cause);

  // ---- for the courier
  /// One delivery has come to its end; the notice's end may follow from it.
  Status end_delivery(store::Tx& tx, const NoticeDelivery& delivery, const std::string& state);
  /// The endpoint answered well, or did not; since when is kept.
  Status endpoint_answered(store::Tx& tx, const std::string& id);
  Result<std::int64_t> endpoint_failed(store::Tx& tx, const std::string& id);
  Status disable_endpoint(store::Tx& tx, const std::string& id, const std::string& incident_id,
                          const std::string& why);

  // ---- endpoints
  Result<Json> endpoints(store::Tx& tx) const;
  /// It is used again, and what failed by it is tried again. kNotFound "endpoint-not-found", kConflict
  /// "endpoint-not-disabled".
  Status enable_endpoint(store::Tx& tx, const std::string& id, const Cause& cause);

  /// One snapshot of the contacts in force.
  std::shared_ptr<const Contacts> contacts() const { return contacts_.current(); }
  ContactsFile& contacts_file() { return contacts_; }

 private:
  Status tell(store::Tx& tx, Notice notice);
  Result<std::int64_t> add_deliveries(store::Tx& tx, const Notice& notice);
  Status conclude(store::Tx& tx, const std::string& notice_id);
  Status close(store::Tx& tx, Notice& notice, const std::string& state);
  Result<std::int64_t> put_back(store::Tx& tx, const Notice& notice);
  Status audit(store::Tx& tx, const Notice& notice, const std::string& action, const Cause& cause);
  std::int64_t now_us() const { return to_us(service_->clock().now()); }

  service::Service* service_;
  Tasks* tasks_;
  ContactsFile contacts_;
};

}  // namespace rescue::workflow
