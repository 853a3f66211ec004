#include "queue_operations.hpp"

#include "rescue/recovery/queue_ways.hpp"
#include "rescue/recovery/queue_work.hpp"

namespace rescue::responder {
namespace {

/// Who waits for the answer does so for three minutes.
constexpr std::chrono::seconds kPatience{60};

Result<Json> plan(const recovery::Request& request, const recovery::QueueOptions& options) {
  if (!request.criteria.is_null()) return recovery::plan_queue(options, request.criteria);
  const auto ways = recovery::queue_criteria_for(request.ways, options.root);
  Json out{{"criteria", ways.criteria},
           {"text", "Nothing narrow enough is known to tell the abuse's mail from other mail.\n"}};
  if (!ways.criteria["any"].empty()) {
    RESCUE_ASSIGN(out, recovery::plan_queue(options, ways.criteria));
  }
  out["left"] = ways.left;
  return out;
}

}  // namespace

bool only_reads_queue(const std::string& op) {
  return op == "queue-plan" || op == "queue-record";
}

Result<Json> run_queue(const recovery::Request& request, const std::string& root, Timestamp now) {
  constexpr std::int64_t kMicroseconds = 1'000'000;
  const recovery::QueueOptions options{.root = root.empty() ? "/" : root,
                                       .patience = kPatience,
                                       .seconds = to_us(now) / kMicroseconds,
                                       .job = request.job,
                                       .only_jobs = request.jobs};
  const auto& op = request.op;
  if (op == "queue-plan") return plan(request, options);
  if (op == "queue-record")
    return recovery::queue_record(options, static_cast<unsigned>(request.round),
                                  static_cast<std::uint64_t>(request.offset));
  if (op == "queue-hold") return recovery::hold_queue(options, request.criteria);
  if (op == "queue-purge") return recovery::purge_queue(options, request.criteria);
  if (op == "queue-release") return recovery::release_queue(options);
  if (op == "queue-restore") return recovery::restore_queue(options);
  return recovery::forget_queue(options);
}

}  // namespace rescue::responder
