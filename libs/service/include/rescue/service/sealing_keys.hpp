#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "rescue/catalog/file_stamp.hpp"
#include "rescue/seal/public_keys.hpp"

namespace rescue::service {

/// The public keys that stand in a file, read again at the next look after it has changed. Thread-safe.
class SealingKeys {
 public:
  /// `path` empty: there are none.
  explicit SealingKeys(std::string path) : path_(std::move(path)) {}
  bool are_set_up() const { return !path_.empty(); }
  /// Never null. A broken file leaves the last good version in force.
  std::shared_ptr<const seal::PublicKeys> current();
  /// Why the file, as it was at the last look, cannot be used.
  std::optional<std::string> broken() const;
  /// What somebody has to look at: a broken file, no key in force, a key whose time ends within 30 days.
  std::optional<std::string> trouble(Timestamp now);

 private:
  const std::string path_;
  mutable std::mutex mutex_;
  std::shared_ptr<const seal::PublicKeys> keys_ = std::make_shared<const seal::PublicKeys>();
  catalog::FileStamp stamp_;  ///< of the file that was read last
  std::optional<std::string> broken_;
};

}  // namespace rescue::service
