#include "responder_link.hpp"

#include <algorithm>
#include <array>

namespace rescue::worker {
namespace {

using std::chrono::steady_clock;

constexpr int kProtocol = 1;
constexpr std::size_t kDetailBytesMax = 2'000;

tl::unexpected<Error> bad_answer(const char* what) {
  return fail(ErrorCode::kCorrupt, "responder-bad-answer", std::string("the responder's answer: ") + what);
}

/// What a hostile server calls its failure is one of these, or a refusal without a name of its own.
struct Known {
  std::string_view problem;
  ErrorCode code;
};
constexpr std::array kKnown{Known{"fenced-off", ErrorCode::kConflict},
                            Known{"lock-damaged", ErrorCode::kCorrupt},
                            Known{"target-unavailable", ErrorCode::kUnavailable},
                            Known{"changed-since", ErrorCode::kConflict},
                            Known{"configuration-refused", ErrorCode::kConflict},
                            Known{"unsafe-file", ErrorCode::kConflict},
                            Known{"record-damaged", ErrorCode::kCorrupt},
                            Known{"not-as-planned", ErrorCode::kConflict},
                            Known{"no-such-step", ErrorCode::kNotFound},
                            Known{"program-missing", ErrorCode::kNotFound},
                            Known{"program-timed-out", ErrorCode::kTimeout}};

/// What looks through a queue of a million messages, or waits for the server's own programs.
bool takes_long(std::string_view op) {
  constexpr std::array<std::string_view, 6> kLong = {"survey", "plan", "verify", "apply", "undo", "settle"};
  return op.starts_with("queue-") || std::find(kLong.begin(), kLong.end(), op) != kLong.end();
}

tl::unexpected<Error> told_failure(const Json& error) {
  const auto text = [&](const char* key) {
    const auto at = error.find(key);
    return at != error.end() && at->is_string() ? at->get<std::string>().substr(0, kDetailBytesMax)
                                                : std::string();
  };
  const auto problem = text("problem");
  const auto known =
      std::find_if(kKnown.begin(), kKnown.end(), [&](const Known& one) { return one.problem == problem; });
  if (known == kKnown.end())
    return fail(ErrorCode::kConflict, "responder-refused", "the responder says: " + text("detail"));
  return fail(known->code, std::string(known->problem), text("detail"));
}

}  // namespace

Status ResponderLink::greet() {
  RESCUE_ASSIGN(const auto hello, ask("hello"));
  const auto protocol = hello.find("protocol");
  if (protocol != hello.end() && *protocol == kProtocol) return {};
  lost_ = true;
  return bad_answer("it speaks another protocol");
}

Result<std::string> ResponderLink::receive(std::chrono::seconds patience) {
  const auto deadline = std::min(steady_clock::now() + patience, begun_ + options_.whole);
  auto next_tick = steady_clock::now() + options_.tick;
  while (true) {
    auto line = channel_->receive(std::min(deadline, next_tick));
    // A line that is cut says so long before the program's time is over.
    if (line || line.error().problem != "program-silent") return line;
    if (const auto now = steady_clock::now(); now >= next_tick) {
      next_tick = now + options_.tick;
      options_.on_tick();
    }
    if (steady_clock::now() >= deadline)
      return fail(ErrorCode::kTimeout, "responder-silent", "the responder does not answer");
  }
}

Result<Json> ResponderLink::ask(std::string_view op, Json body) {
  if (lost_)
    return fail(ErrorCode::kUnavailable, "responder-silent", "the connection to the responder is lost");
  lost_ = true;  // until an answer has come
  const auto id = next_id_++;
  body["id"] = id;
  body["op"] = op;
  RESCUE_TRY(channel_->send(dump_json(body), steady_clock::now() + options_.patience));
  RESCUE_ASSIGN(const auto line, receive(takes_long(op) ? options_.long_patience : options_.patience));
  bytes_ += line.size();
  if (bytes_ > options_.bytes_max) return bad_answer("it says more than any of ours would");
  const auto answer = parse_json(line);
  if (!answer || !answer->is_object()) return bad_answer("it is no JSON object");
  const auto their_id = answer->find("id"), ok = answer->find("ok");
  if (their_id == answer->end() || *their_id != id || ok == answer->end() || !ok->is_boolean())
    return bad_answer("it is to another request");
  const auto part = answer->find(*ok ? "result" : "error");
  if (part == answer->end() || !part->is_object()) return bad_answer("it has neither result nor error");
  lost_ = false;
  if (!*ok) return told_failure(*part);
  return *part;
}

}  // namespace rescue::worker
