#include "ssh_responder.hpp"

#include "../jobs/live_server.hpp"
#include "rescue/target/lines.hpp"

namespace rescue::worker {
namespace {

/// What one step of a responder may take when nobody is there any more to see it.
constexpr std::chrono::minutes kGrace{10};
/// The record of a step, the longest answer, has at most 16 MiB.
constexpr std::size_t kLineBytesMax = 20U << 20U;

class SshResponder final : public LineChannel {
 public:
  SshResponder(std::unique_ptr<LiveServer> server, std::unique_ptr<target::Running> running)
      : server_(std::move(server)),
        running_(std::move(running)),
        lines_(*running_, {.line_bytes_max = kLineBytesMax}) {}

  Status send(std::string_view line, SteadyTime until) override {
    auto sent = lines_.send(line, until);
    if (!sent) return lost(std::move(sent).error());
    return {};
  }
  Result<std::string> receive(SteadyTime until) override {
    auto line = lines_.receive(until);
    if (!line) return lost(std::move(line).error());
    return line;
  }

 private:
  /// What was begun there is brought to its end there, so a responder that is gone is a line that is lost.
  static tl::unexpected<Error> lost(Error error) {
    if (error.problem == "program-ended") return fail(ErrorCode::kUnavailable, "target-lost", error.detail);
    return fail(std::move(error));
  }

  std::unique_ptr<LiveServer> server_;
  std::unique_ptr<target::Running> running_;
  target::Lines lines_;
};

}  // namespace

Result<std::unique_ptr<LineChannel>> open_ssh_responder(const JobContext& context, const Config& config) {
  RESCUE_ASSIGN(auto server, LiveServer::reach(context, config));
  server->begin("sending-responder");
  auto running = server->target().start(
      {.program = config.responder_path, .input = true, .grace = kGrace, .job = context.attempt.job_id});
  if (!running && running.error().problem == "target-interrupted") {
    return told_to_end(context.stop, "while the responder was sent");
  }
  if (!running) return fail(std::move(running).error());
  server->leave_ending_to_others();
  return std::make_unique<SshResponder>(std::move(server), *std::move(running));
}

}  // namespace rescue::worker
