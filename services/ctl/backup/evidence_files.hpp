#pragma once

#include <string>

#include "backup/manifest.hpp"

namespace rescue::ctl {

/// Evidence is files named by the SHA-256 of their content: <dir>/ab/cd/abcd…. They never change, so that a
/// copy may be a hard link; what is not named so is not evidence and is left where it is.

/// Into a backup, or out of one into the store of a service.
enum class Bring { kIntoBackup, kIntoService };

/// Brings all evidence of `from` into `to`, which is created; what `to` has whole already stays. Each file is
/// read and checked: kCorrupt ("bad-backup") names one that is not what its name says. A `from` that is not
/// there is an error. Everything is durable when it returns. Returns what of `from` is in `to` now.
Result<EvidenceCopy> copy_evidence(const std::string& from, const std::string& to, Bring how);
/// Reads and checks all of it.
Result<EvidenceCopy> verify_evidence(const std::string& directory);

}  // namespace rescue::ctl
