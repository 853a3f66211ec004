#include "ssh_responder.hpp"

#include "../jobs/live_server.hpp"
#include "../probe_runner.hpp"
#include "rescue/target/lines.hpp"

namespace rescue::worker {
namespace {

/// What one step of a responder may take when nobody is there any more to see it.
constexpr std::chrono::minutes kGrace{10};

class SshResponder final : public LineChannel {
 public:
  SshResponder(std::unique_ptr<LiveServer> server, std::unique_ptr<target::Running> running)
      : server_(std::move(server)), running_(std::move(running)), lines_(*running_) {}

  Status send(std::string_view line, SteadyTime until) override { return lines_.send(line, until); }
  Result<std::string> receive(SteadyTime until) override { return lines_.receive(until); }

 private:
  std::unique_ptr<LiveServer> server_;
  std::unique_ptr<target::Running> running_;
  target::Lines lines_;
};

}  // namespace

Result<std::unique_ptr<LineChannel>> open_ssh_responder(const JobContext& context, const Config& config) {
  RESCUE_ASSIGN(auto server, LiveServer::reach(context));
  context.report_progress({.phase = "sending-responder", .unit = "steps"});
  auto running = server->target().start(
      {.program = config.responder_path, .input = true, .grace = kGrace, .job = context.attempt.job_id});
  if (!running && running.error().problem == "target-interrupted") {
    return told_to_end(context.stop, "the responder was sent");
  }
  if (!running) return fail(std::move(running).error());
  server->leave_ending_to_others();
  return std::make_unique<SshResponder>(std::move(server), *std::move(running));
}

}  // namespace rescue::worker
