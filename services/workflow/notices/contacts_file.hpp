#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "notices/contacts.hpp"
#include "rescue/catalog/file_stamp.hpp"

namespace rescue::workflow {

/// The contacts that stand in a file, read again when it, or a file of secrets that it names, has changed.
/// Thread-safe.
class ContactsFile {
 public:
  /// Throws std::runtime_error when the file cannot be used.
  explicit ContactsFile(const NoticeSettings& settings);
  /// Who needs them takes one snapshot for what it does.
  std::shared_ptr<const Contacts> current() const;
  /// true: what the files say is in force from now on. A broken one leaves the last good version in force:
  /// kInvalid "bad-config", each time until it is mended.
  Result<bool> refresh();
  /// What is wrong with them as they were read last, with file and line.
  std::optional<std::string> broken() const;

 private:
  std::vector<catalog::FileStamp> present_stamps(const Contacts& contacts) const;

  const NoticeSettings* settings_;
  mutable std::mutex mutex_;
  std::shared_ptr<const Contacts> contacts_;
  std::vector<catalog::FileStamp> stamps_;  ///< of what is in force
  std::optional<std::string> broken_;
};

}  // namespace rescue::workflow
