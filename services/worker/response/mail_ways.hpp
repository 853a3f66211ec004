#pragma once

#include "rescue/base/json.hpp"

namespace rescue::worker {

/// The ways in which mail was abused, out of the probe's document (api/schemas/investigation.schema.json), as
/// rescue-responder takes them: [{"way", "account"?, "script"?, "addresses"?}]. Each once, at most 50; those
/// beyond, and what a hostile disk put into names that the responder would refuse, are left out and counted
/// in `odd`.
Json mail_ways(const Json& document, std::size_t& odd);

}  // namespace rescue::worker
