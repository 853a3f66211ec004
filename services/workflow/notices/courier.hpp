#pragma once

#include <random>
#include <string>
#include <vector>

#include "casework.hpp"
#include "rescue/delivery/mail.hpp"
#include "rescue/delivery/webhook.hpp"

namespace rescue::workflow {

/// Carries notices: takes deliveries that are due, each for one attempt and until a time, sends them side by
/// side and writes down what came of it. Several replicas may do so: what one has in hand, another takes only
/// when the time is over, and the late one's word counts no more. A delivery may arrive twice, under the same
/// id; none is lost. One thread (the timer "notices").
class Courier {
 public:
  /// Throws std::runtime_error when the relay's password cannot be read.
  explicit Courier(Casework& casework);
  /// One round, at most one attempt for each destination. Wakes the timer when there was something.
  Status deliver_due();

 private:
  struct Parcel {
    NoticeDelivery delivery;
    Notice notice;
    std::string url, address, language, body;
    std::shared_ptr<const Contacts> contacts = {};  ///< what `endpoint` is of
    const Endpoint* endpoint = nullptr;
    bool reachable = false;  ///< the contacts name this way to this recipient still
    bool with_report = false;
    delivery::Outcome outcome;
  };
  Result<std::vector<std::string>> find_due();
  Result<std::vector<Parcel>> take(const std::vector<std::string>& ids);
  Result<std::optional<Parcel>> take_one(store::Tx& tx, const std::string& id);
  Status pack(store::Tx& tx, Parcel& parcel);
  delivery::Outcome send(const Parcel& parcel) const;
  delivery::Outcome carry(const Parcel& parcel) const;
  Status record(const Parcel& parcel);
  Status record_in(store::Tx& tx, const Parcel& parcel);
  Status delivered(store::Tx& tx, const Parcel& parcel);
  Status failed(store::Tx& tx, Parcel parcel);
  Status complete_if_report(store::Tx& tx, const Parcel& parcel);
  std::chrono::microseconds pause_after(std::int64_t tries, std::chrono::seconds asked);

  Casework* casework_;
  const NoticeSettings* settings_;
  delivery::MailOptions mail_;
  delivery::WebhookOptions webhook_;
  std::mt19937_64 chance_{std::random_device{}()};
};

}  // namespace rescue::workflow
