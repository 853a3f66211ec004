#pragma once

#include "rescue/base/json.hpp"

namespace rescue::intake {

/// The end of reading a message's body. The sender may be a newer version: fields unknown here are its own.
inline Status fields_read(JsonReader& in) {
  auto status = in.done();
  if (!status && status.error().problem == "unknown-field") return {};
  return status;
}

}  // namespace rescue::intake
