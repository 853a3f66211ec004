#pragma once

#include <string>

#include "rescue/base/result.hpp"
#include "rescue/seal/secret.hpp"

namespace rescue::seal {

/// The content of a regular file that its owner alone can read (mode 0600 or less; owner: this user or root;
/// root reads everybody's),
/// read straight into secret memory. kInvalid ("bad-key-file") says what is wrong; kUnavailable
/// ("sealing-keys-unavailable") where it cannot be opened or read.
Result<Secret> read_secret_file(const std::string& path, std::size_t bytes_max);

}  // namespace rescue::seal
