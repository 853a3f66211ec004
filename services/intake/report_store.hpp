#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "rescue/store/database.hpp"

namespace rescue::intake {

inline constexpr std::string_view kJsonType = "application/json";
inline constexpr std::string_view kMailType = "message/rfc822";

/// A notice as it came in.
struct StoredReport {
  std::string report_id;
  std::string incident_id;
  std::optional<std::string> merged_into;
  std::string state = "received";  ///< received; taken, once workflow has it; for_person; closed
  std::string source;
  std::string category;
  std::string server_id;  ///< of one that a person has to read: empty, as is the customer
  std::string customer;
  std::string key_id;
  std::string role;
  std::optional<std::string> person;
  std::optional<std::string> complaint;  ///< JSON (rescue/incident/complaint.hpp)
  std::string content_type{kJsonType};
  std::optional<std::string> for_person;  ///< why a person has to read it
  std::optional<std::string> reference;   ///< the reporter's own number for it
  std::optional<std::string> of_report;   ///< what an operator read and made this of
  std::string raw_body;                   ///< as it came
  std::string raw_sha256;
  std::optional<std::int64_t> seen_us;
  std::int64_t received_us = 0;
};

class ReportStore {
 public:
  /// With `of_report`, that one must wait for a person still: kConflict ("task-done").
  static Status insert(store::Tx& tx, const StoredReport& report);
  /// kNotFound ("report-not-found"). Without the raw body.
  static Result<StoredReport> get(store::Tx& tx, const std::string& report_id);
  /// What an operator made of it; nothing where that has not happened.
  static Result<std::optional<StoredReport>> made_of(store::Tx& tx, const std::string& report_id);
  /// The bytes as they came. kNotFound.
  static Result<std::string> original(store::Tx& tx, const std::string& report_id);
  /// kNotFound. Called again where operators merge and unmerge incidents: the time of the first call stays.
  static Status mark_taken(store::Tx& tx, const std::string& report_id,
                           const std::optional<std::string>& merged_into, std::int64_t now_us);
  /// A person has read it and nothing follows. kNotFound.
  static Status mark_closed(store::Tx& tx, const std::string& report_id);
  /// Its incident is over. kNotFound.
  static Status mark_over(store::Tx& tx, const std::string& report_id);
};

}  // namespace rescue::intake
