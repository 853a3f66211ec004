#include "outside_look.hpp"

#include "job_places.hpp"

namespace rescue::worker {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr int kSchemaVersion = 1;
/// How soon an end is noticed, the look's or the job's.
constexpr milliseconds kGlance{100};

/// As the message brought it; what is none was refused there.
std::vector<incident::Complaint> complaints_of(const Attempt& attempt) {
  std::vector<incident::Complaint> out;
  if (!attempt.outside.is_object()) return out;
  for (const auto& one : attempt.outside.value("complaints", Json::array())) {
    if (auto complaint = incident::read_complaint(JsonReader(one))) out.push_back(*std::move(complaint));
  }
  return out;
}

std::vector<outside::Check> look_at_all(const std::vector<incident::Complaint>& complaints,
                                        const std::vector<std::string>& addresses, const std::string& why_not,
                                        const outside::Options& options) {
  const SystemClock clock;
  std::vector<outside::Check> out;
  for (const auto& complaint : complaints) {
    if (!why_not.empty()) {
      out.push_back({.complaint = complaint, .why = why_not});
      continue;
    }
    out.push_back(outside::check_complaint(complaint, addresses, options, clock));
  }
  return out;
}

outside::Options options_of(const OutsideSettings& settings, int stop_fd) {
  outside::Options out;
  out.allow = settings.allow;
  out.helo = settings.helo;
  out.sender = settings.sender;
  out.recipient = settings.recipient;
  out.redirects_max = settings.redirects_max;
  out.until = steady_clock::now() + settings.whole;
  out.stop_fd = stop_fd;
  return out;
}

Json document_of(const std::vector<outside::Check>& checks, outside::Answer answer, const std::string& gap) {
  Json out{{"schema_version", kSchemaVersion},
           {"answer", outside::to_string(answer)},
           {"checks", Json::array()},
           {"gaps", Json::array()}};
  for (const auto& check : checks) out["checks"].push_back(outside::to_json(check));
  if (!gap.empty()) out["gaps"].push_back({{"path", "/"}, {"reason", gap}});
  return out;
}

}  // namespace

OutsideLook::OutsideLook(const JobContext& context, const OutsideSettings& settings)
    : context_(&context), whole_(settings.whole) {
  auto complaints = complaints_of(context.attempt);
  if (complaints.empty()) return;
  auto addresses = context.attempt.outside.value("addresses", std::vector<std::string>());
  looking_ = std::async(std::launch::async, look_at_all, std::move(complaints), std::move(addresses),
                        why_not_looked_at(context.attempt), options_of(settings, stop_.fd()));
}

OutsideLook::~OutsideLook() {
  stop_.raise(StopSignal::Reason::kStopping);
  if (looking_.valid()) looking_.wait();
}

Status OutsideLook::wait() {
  const auto begun = steady_clock::now();
  auto next_tick = begun;
  while (looking_.wait_for(kGlance) != std::future_status::ready) {
    const auto now = steady_clock::now();
    if (context_->stop.reason() == StopSignal::Reason::kCancelled) {
      return fail(ErrorCode::kConflict, "job-cancelled",
                  "the job was cancelled during the look from outside");
    }
    if (context_->stop.reason() != StopSignal::Reason::kNone) {
      return fail(ErrorCode::kUnavailable, "worker-stopping",
                  "the worker was stopped during the look from outside");
    }
    if (now < next_tick) continue;
    next_tick = now + context_->tick;
    const auto done = std::chrono::duration_cast<std::chrono::seconds>(now - begun).count();
    context_->report_progress({.phase = "seen-from-outside",
                               .done = std::min(done, whole_.count()),
                               .total = whole_.count(),
                               .unit = "seconds"});
    context_->on_tick();
  }
  return {};
}

Result<std::optional<Seen>> OutsideLook::finish(const std::string& gap) {
  if (!looking_.valid()) return std::optional<Seen>();
  RESCUE_TRY(wait());
  const auto checks = looking_.get();
  Seen out;
  out.answer = outside::overall(checks);
  RESCUE_ASSIGN(out.document_sha256, context_->evidence.put(dump_json(document_of(checks, out.answer, gap))));
  out.summary = {{"answer", outside::to_string(out.answer)},
                 {"document_sha256", out.document_sha256},
                 {"checks", Json::array()}};
  for (const auto& check : checks) out.summary["checks"].push_back(outside::to_summary(check));
  return std::optional<Seen>(std::move(out));
}

}  // namespace rescue::worker
