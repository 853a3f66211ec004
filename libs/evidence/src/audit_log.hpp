#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "rescue/evidence/event.hpp"

namespace rescue::evidence {

/// Joins the records of one audit log that belong to one event (auditd(8), audit.log; the record types'
/// fields as the audit project's "field dictionary" lists them). Records of several events may stand
/// interleaved; of those that wait for more so many are kept. Not thread-safe; one per file.
class AuditLog {
 public:
  /// `keep_records`: its events bring them along (FieldName::kRecords).
  explicit AuditLog(bool keep_records = false) : keep_records_(keep_records) {}
  /// Adds what the line completes to the batch. False when it is no record.
  bool add(std::string_view line, std::uint64_t number, std::uint64_t offset, EventBatch& batch);
  /// Gives out what has not been completed.
  void finish(EventBatch& batch);

 private:
  struct Pending {
    Timestamp time{};
    std::uint64_t number = 0, offset = 0;  ///< of the EXECVE record, else of the first
    std::string excerpt, command, title, directory, uid, user, terminal, records;
    std::uint32_t process = 0;
    bool executes = false;
  };
  void take(Pending& event, std::string_view type, std::string_view fields);
  static void emit(const Pending& event, EventBatch& batch);

  static constexpr std::size_t kMostPending = 512;
  bool keep_records_;
  std::map<std::uint64_t, Pending> pending_;  // by serial: the lowest is the oldest
};

}  // namespace rescue::evidence
