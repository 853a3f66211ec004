#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sigma_source.hpp"

namespace rescue::detect {

/// One record of auditd with its fields, texts that were logged as hex digits put back (audit.log, "field
/// dictionary" of the audit project).
struct AuditRecord {
  std::uint64_t line = 0;
  std::string_view text;  ///< as logged
  std::vector<std::pair<std::string, std::string>> fields;

  /// "" where there is none.
  std::string_view field(std::string_view name) const;
};

/// FieldName::kRecords taken apart. Views into `records`.
std::vector<AuditRecord> split_audit_records(std::string_view records);

/// The arguments of an EXECVE record with blanks between.
std::string command_of(const AuditRecord& record);

/// Something that a process did.
struct Deed {
  SigmaView view = SigmaView::kProcess;
  std::uint64_t line = 0;  ///< of an audit record; 0: the event's own
  std::string_view text;   ///< that line
  std::string image, command, directory, user, uid, process;
  std::string parent_image, parent_command, parent;
  std::string target;         ///< the file
  std::string address, port;  ///< the other side
};

/// What processes ran, by their numbers, so that a child's parent is known. Bounded: the oldest are
/// forgotten.
class ProcessBook {
 public:
  struct Process {
    std::string image, command;
  };
  void note(const std::string& pid, Process process);
  const Process* find(const std::string& pid) const;

 private:
  static constexpr std::size_t kMost = 20'000;
  std::map<std::string, std::pair<std::uint64_t, Process>> by_pid_;
  std::map<std::uint64_t, std::string> by_age_;
  std::uint64_t next_ = 0;
};

/// What the records of one event say was done: a program started, files made or removed, a connection.
std::vector<Deed> deeds_of(const std::vector<AuditRecord>& records, ProcessBook& processes);

}  // namespace rescue::detect
