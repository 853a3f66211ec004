#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "rescue/store/database.hpp"

namespace rescue::intake {

/// A notice as it came in.
struct StoredReport {
  std::string report_id;
  std::string incident_id;
  std::optional<std::string> merged_into;
  std::string state = "received";  ///< received; taken, once workflow has it
  std::string source;
  std::string category;
  std::string server_id;
  std::string customer;
  std::string key_id;
  std::string role;
  std::optional<std::string> person;
  std::optional<std::string> complaint;  ///< JSON (rescue/incident/complaint.hpp)
  std::string raw_body;
  std::string raw_sha256;
  std::optional<std::int64_t> seen_us;
  std::int64_t received_us = 0;
};

class ReportStore {
 public:
  static Status insert(store::Tx& tx, const StoredReport& report);
  /// kNotFound ("report-not-found"). Without the raw body.
  static Result<StoredReport> get(store::Tx& tx, const std::string& report_id);
  /// kNotFound. Called again where operators merge and unmerge incidents: the time of the first call stays.
  static Status mark_taken(store::Tx& tx, const std::string& report_id,
                           const std::optional<std::string>& merged_into, std::int64_t now_us);
};

}  // namespace rescue::intake
