#pragma once

#include <cstdint>
#include <string>

#include "rescue/base/json.hpp"
#include "rescue/base/trace.hpp"

namespace rescue {

/// One message from one service to another. It lives in the sender's outbox, travels on the receiver's Redis
/// stream and is remembered in the receiver's inbox by `id`, so that it takes effect once.
struct Message {
  std::string id;             ///< msg_…
  std::string from;           ///< sending service: "intake", "workflow", …
  std::string to;             ///< receiving service; names the stream
  std::string type;           ///< e.g. "report.received"; the list stands in rescue/incident/messages.hpp
  std::string incident_id;    ///< what it is about; orders messages. Never empty.
  std::int64_t sequence = 0;  ///< 1, 2, 3 … per (from, to, incident_id)
  std::string traceparent;
  std::int64_t created_us = 0;
  Json body = Json::object();
};

/// One JSON object, the form on the wire.
std::string encode_message(const Message& message);
/// kCorrupt when a field is missing or of the wrong type.
Result<Message> decode_message(std::string_view text);

}  // namespace rescue
