#include "crew.hpp"

#include <fstream>
#include <sstream>

#include "worker/evidence_store.hpp"
#include "worker/journal.hpp"

namespace rescue::simulation {
namespace {

Json example_document() {
  std::stringstream text;
  text << std::ifstream(std::string(RESCUE_SOURCE_DIR) + "/api/examples/investigation.json").rdbuf();
  return parse_json(text.str()).value();
}

Json summary_of(std::int64_t attempt) {
  return {{"intrusion", "confirmed"},
          {"intrusion_why", "a guessed log-in"},
          {"mail_abuse", "not_found"},
          {"mail_abuse_why", "no queue"},
          {"cause_known", true},
          {"cause_why", "the log-in"},
          // Which attempt it was: what an old one says must not be taken for a new one's.
          {"findings", {{"critical", 1}, {"high", 0}, {"medium", 0}, {"low", 0}, {"info", attempt}}},
          {"gaps", 0}};
}

const std::vector<Error>& failures() {
  static const std::vector<Error> list{{ErrorCode::kUnavailable, "disk-unavailable", "the disk is away"},
                                       {ErrorCode::kTimeout, "probe-timed-out", "it took too long"},
                                       {ErrorCode::kInternal, "probe-failed", "the probe ended badly"}};
  return list;
}

/// As the journal has it.
Result<std::optional<worker::Attempt>> running(store::Tx& tx, const std::string& job_id,
                                               std::int64_t attempt) {
  RESCUE_ASSIGN(const auto all, worker::Journal::list(tx, job_id, 0, 100));
  for (const auto& one : all) {
    if (one.attempt == attempt && one.state == "running") return std::optional(one);
  }
  return std::optional<worker::Attempt>();
}

}  // namespace

void Crew::prepare() {
  Json document = example_document();
  stage_.house.with(kWorker, [&](Tenant& worker) {
    for (int i = 0; i < 3; ++i) {
      const auto kept = worker.evidence()->put(dump_json(document));
      if (!kept) throw std::runtime_error(kept.error().detail);
      documents_.push_back(*kept);
      document["findings"].erase(document["findings"].size() - 1);
    }
  });
}

void Crew::look() {
  while (true) {
    std::optional<worker::Attempt> taken;
    stage_.house.with(kWorker, [&](Tenant& worker) {
      const auto found = worker.service().database().write(
          [&](store::Tx& tx) { return worker.journal()->take(tx, to_us(worker.service().clock().now())); });
      if (found) taken = *found;
    });
    if (!taken) return;
    run(taken->job_id, taken->attempt);
  }
}

void Crew::run(const std::string& job_id, std::int64_t attempt) {
  stage_.trail.add(job_id);
  const bool silent = !stage_.calm && stage_.chance.happens(0.06);
  const double takes = silent ? 70 : 2;
  if (!silent) heartbeat(job_id, attempt, life_, static_cast<int>(stage_.chance.below(3)));
  stage_.later(takes, takes * 4, [this, job_id, attempt, life = life_] { finish(job_id, attempt, life); });
}

void Crew::heartbeat(std::string job_id, std::int64_t attempt, int life, int left) {
  if (left == 0) return;
  stage_.later(1, 20, [this, job_id, attempt, life, left] {
    if (life != life_) return;
    stage_.house.with(kWorker, [&](Tenant& worker) {
      (void)worker.service().database().write([&](store::Tx& tx) -> Status {
        RESCUE_ASSIGN(const auto at_work, running(tx, job_id, attempt));
        if (!at_work) return {};
        RESCUE_TRY(worker.journal()->heartbeat(
            tx, *at_work, {{"phase", "reading"}, {"done", left}, {"total", nullptr}, {"unit", "files"}}));
        return {};
      });
    });
    heartbeat(job_id, attempt, life, left - 1);
  });
}

/// Until it is written down, as the worker's threads do.
void Crew::finish(const std::string& job_id, std::int64_t attempt, int life) {
  if (life != life_) return;
  const bool well = stage_.chance.happens(stage_.calm ? 0.97 : 0.85);
  const auto& document = stage_.chance.one_of(documents_);
  const auto& failure = stage_.chance.one_of(failures());
  bool written = false;
  const bool lives = stage_.house.with(kWorker, [&](Tenant& worker) {
    const auto now_us = to_us(worker.service().clock().now());
    const auto done = worker.service().database().write([&](store::Tx& tx) -> Status {
      RESCUE_ASSIGN(const auto at_work, running(tx, job_id, attempt));
      if (!at_work) return {};  // it was cancelled
      if (well) {
        RESCUE_TRY(worker.journal()->succeed(tx, *at_work, document, summary_of(attempt), now_us));
      } else {
        RESCUE_TRY(worker.journal()->fail_attempt(tx, *at_work, failure, false, now_us));
      }
      return {};
    });
    written = done.has_value();
  });
  if (lives && !written) {
    stage_.later(1, 5, [this, job_id, attempt, life] { finish(job_id, attempt, life); });
  }
}

}  // namespace rescue::simulation
