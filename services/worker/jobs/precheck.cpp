#include "examination.hpp"
#include "outside_look.hpp"

namespace rescue::worker {
namespace {

constexpr const char* kNothingInside = "nothing inside the server was looked at: its disk was not mounted";

/// The summary of a look from outside alone: nothing is known of what lies inside, and that is said.
Json outside_alone() {
  return {{"intrusion", "undetermined"},
          {"intrusion_why", kNothingInside},
          {"mail_abuse", "undetermined"},
          {"mail_abuse_why", kNothingInside},
          {"cause_known", false},
          {"cause_why", kNothingInside},
          {"findings", {{"critical", 0}, {"high", 0}, {"medium", 0}, {"low", 0}, {"info", 0}}},
          {"gaps", 1},
          {"seen", Json::object()}};
}

}  // namespace

// The provider's own look before it tells the customer (R26): the same probe, held to a much shorter time,
// and beside it what a stranger sees of the complaint. Without the disk the second is something, if the
// server answered.
Result<JobResult> run_precheck(const JobContext& context, const Config& config) {
  OutsideLook outside(context, config.outside);
  auto inside = examine_server(context, config, config.precheck);
  const bool no_disk = !inside && inside.error().problem == "disk-not-mounted";
  if (!inside && !no_disk) return inside;
  RESCUE_ASSIGN(const auto seen, outside.finish(no_disk ? kNothingInside : ""));
  if (!seen || (no_disk && !seen->reached())) return inside;
  auto result = no_disk ? JobResult{seen->document_sha256, outside_alone()} : *std::move(inside);
  result.summary["outside"] = seen->summary;
  return result;
}

}  // namespace rescue::worker
