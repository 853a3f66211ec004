#pragma once

#include <string>

#include "backup/manifest.hpp"
#include "backup/product.hpp"

namespace rescue::ctl {

/// Copies all of `product` as it is at one moment into `directory` (mode 0700), which must not be there yet
/// or be empty, while the services run. Each copy is read again and checked. A failure takes away what was
/// made.
Result<ReadManifest> back_up(const Product& product, const std::string& directory, const Clock& clock);

/// Reads all of a backup: every hash, every audit chain. kCorrupt ("bad-backup") says what is wrong.
Result<ReadManifest> check_backup(const std::string& directory);

}  // namespace rescue::ctl
