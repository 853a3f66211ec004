#include "live_server.hpp"

namespace rescue::worker {

using std::chrono::steady_clock;

LiveServer::LiveServer(const JobContext& context)
    : context_(&context), next_tick_(steady_clock::now() + context.tick) {}

void LiveServer::begin(std::string_view phase) {
  phase_ = phase;
  if (!phase_.empty()) context_->report_progress({.phase = phase_, .unit = "steps"});
}

bool LiveServer::told_to_end() {
  if (!attends_) return false;
  begin(phase_);
  if (steady_clock::now() >= next_tick_) {
    next_tick_ = steady_clock::now() + context_->tick;
    context_->on_tick();
  }
  return context_->stop.reason() != StopSignal::Reason::kNone;
}

Result<std::unique_ptr<LiveServer>> LiveServer::reach(const JobContext& context, const Config& config) {
  if (context.access == nullptr) {
    return fail(ErrorCode::kInvalid, "access-missing",
                "this is done on the running server, and the order says nothing of how to reach it");
  }
  std::unique_ptr<LiveServer> server(new LiveServer(context));
  server->begin("connecting");
  RESCUE_ASSIGN(seal::Access access, context.access->open());
  auto target = target::SshTarget::connect(
      std::move(access), {.patience = {.silence = config.ssh_silence},
                          .interrupted = [own = server.get()] { return own->told_to_end(); }});
  if (!target && target.error().problem == "target-interrupted") {
    return worker::told_to_end(context.stop, "while it connected to the server");
  }
  if (!target) return fail(std::move(target).error());
  server->target_ = *std::move(target);
  return server;
}

}  // namespace rescue::worker
