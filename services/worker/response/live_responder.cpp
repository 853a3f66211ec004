#include "live_responder.hpp"

#include "../jobs/live_target.hpp"
#include "../probe_runner.hpp"
#include "rescue/target/lines.hpp"

namespace rescue::worker {
namespace {

/// How long what was begun may go on when the line is cut: longer than any one change takes.
constexpr std::chrono::seconds kGrace{600};
/// A purge tells of many messages in one line.
constexpr std::size_t kLineBytesMax = 64U << 20U;

/// The lines of a responder on a server, with all that holds it.
class LiveResponder final : public LineChannel {
 public:
  explicit LiveResponder(const JobContext& context) : context_(&context), attendance_(context) {}

  Status start(const Config& config) {
    RESCUE_ASSIGN(target_, reach(*context_, attendance_));
    context_->report_progress({.phase = "sending-responder", .unit = "steps"});
    auto running = target_->start({.program = config.responder_path,
                                   .arguments = {},
                                   .limits = {},
                                   .input = true,
                                   .grace = kGrace,
                                   .job = context_->attempt.job_id});
    if (!running) return ended(running.error());
    running_ = *std::move(running);
    lines_ =
        std::make_unique<target::Lines>(*running_, target::Lines::Options{.line_bytes_max = kLineBytesMax});
    return {};
  }
  Status send(std::string_view line, SteadyTime until) override {
    auto sent = lines_->send(line, until);
    if (!sent) return ended(sent.error());
    return {};
  }
  Result<std::string> receive(SteadyTime until) override {
    auto line = lines_->receive(until);
    if (!line) return ended(line.error());
    return line;
  }

 private:
  /// What was begun there is brought to its end there, so a responder that is gone is a line that is lost.
  tl::unexpected<Error> ended(const Error& error) const {
    if (error.problem == "target-interrupted") return told_to_end(context_->stop, "it worked on the server");
    if (error.problem == "program-ended") return fail(ErrorCode::kUnavailable, "target-lost", error.detail);
    return fail(error);
  }

  const JobContext* context_;
  Attendance attendance_;
  std::unique_ptr<target::SshTarget> target_;
  std::unique_ptr<target::Running> running_;
  std::unique_ptr<target::Lines> lines_;
};

}  // namespace

Result<std::unique_ptr<LineChannel>> start_responder(const JobContext& context, const Config& config) {
  if (context.access == nullptr) {
    return fail(ErrorCode::kInvalid, "access-missing",
                "mail abuse is ended on the running server, and the order says nothing of how to reach it");
  }
  auto channel = std::make_unique<LiveResponder>(context);
  RESCUE_TRY(channel->start(config));
  return std::unique_ptr<LineChannel>(std::move(channel));
}

}  // namespace rescue::worker
