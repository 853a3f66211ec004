#include "rescue/base/message.hpp"

#include <limits>

#include "rescue/base/json_text.hpp"

namespace rescue {

std::string encode_message(const Message& message) {
  // Sorted by name, as dump_json would have it.
  JsonObjectText out;
  out.json("body", dump_json(message.body))
      .integer("created_us", message.created_us)
      .text("from", message.from)
      .text("id", message.id)
      .text("incident_id", message.incident_id)
      .integer("sequence", message.sequence)
      .text("to", message.to)
      .text("traceparent", message.traceparent)
      .text("type", message.type);
  return out.done();
}

Result<Message> decode_message(std::string_view text) {
  constexpr auto kMax = std::numeric_limits<std::int64_t>::max();
  const auto json = parse_json(text);
  if (!json) return fail(ErrorCode::kCorrupt, "bad-message", json.error().detail);
  JsonReader in(*json);
  Message message;
  message.id = in.text("id");
  message.from = in.text("from");
  message.to = in.text("to");
  message.type = in.text("type");
  message.incident_id = in.text("incident_id");
  message.sequence = in.integer("sequence", 1, kMax);
  message.traceparent = in.text("traceparent", {.min_bytes = 0, .max_bytes = 100});
  message.created_us = in.integer("created_us", 0, kMax);
  const Json* body = in.raw("body");
  if (body == nullptr || !body->is_object()) in.fault("body", "wrong-type", "must be an object");
  // A field unknown here is a newer sender's.
  if (const auto ok = in.done(); !ok && ok.error().problem != "unknown-field") {
    return fail(ErrorCode::kCorrupt, "bad-message", ok.error().pointer + ": " + ok.error().detail);
  }
  message.body = *body;
  return message;
}

}  // namespace rescue
