#pragma once

#include "rescue/base/json.hpp"
#include "rescue/base/result.hpp"

namespace rescue::service {

/// The end of reading a message's body. The sender may be a newer version: fields unknown here are its own.
Status fields_read(JsonReader& in);

/// How a refusal travels in a message: {code, problem, detail, pointer}.
Json error_to_json(const Error& error);
/// The reverse. A code that is unknown here is a conflict: a refusal stays one, whatever its reason is
/// called.
Error error_from_json(const Json& json);

}  // namespace rescue::service
