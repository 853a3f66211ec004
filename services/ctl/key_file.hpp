#pragma once

#include <string>

#include "rescue/http/api_keys.hpp"

namespace rescue::ctl {

/// Adds `entry` to the key file, which is made when missing (mode 0640). The file is replaced in one step: a
/// service that reads it sees the old or the new one. Runs of this program keep each other out by a lock file
/// beside it. kInvalid when the file is faulty or the id is taken.
Status add_key(const std::string& path, const http::ApiKeys::Entry& entry);
/// kNotFound when the file has no such id.
Status disable_key(const std::string& path, const std::string& id);

}  // namespace rescue::ctl
