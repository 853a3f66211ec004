#pragma once

#include "rescue/base/json.hpp"
#include "rescue/base/message.hpp"

namespace rescue::pricing {

/// The end of reading a message's body. The sender may be a newer version: fields unknown here are its own.
inline Status fields_read(JsonReader& in) {
  auto status = in.done();
  if (!status && status.error().problem == "unknown-field") return {};
  return status;
}

/// The trace that the message carries, with a span of its own for what follows from it.
inline Trace trace_of(const Message& message) {
  const auto trace = Trace::parse(message.traceparent);
  return trace ? trace->child() : Trace::start();
}

}  // namespace rescue::pricing
