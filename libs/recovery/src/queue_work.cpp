#include "rescue/recovery/queue_work.hpp"

#include <algorithm>

#include "queue_kept.hpp"
#include "queue_round_work.hpp"
#include "rescue/base/base64.hpp"

namespace rescue::recovery {
namespace {

constexpr int kMostPasses = 3;
constexpr std::size_t kSampleMessages = 20;
constexpr std::size_t kSampleBytes = 64 * 1024;
constexpr std::size_t kMostGapsTold = 50;

Json gaps_json(const evidence::Gaps& gaps) {
  Json out = Json::array();
  for (const auto& gap : gaps) {
    if (out.size() >= kMostGapsTold) break;
    out.push_back({{"path", gap.path}, {"reason", gap.reason}});
  }
  return out;
}

Json systems_json(const MailQueues& queues) {
  Json out = Json::array();
  for (const auto& queue : queues) out.push_back(to_string(queue->system()));
  return out;
}

MailQueues open_queues(const QueueOptions& options, evidence::Gaps& gaps) {
  auto queues = open_mail_queues(options.root, gaps);
  if (queues.empty())
    gaps.push_back({.path = "/var/spool",
                    .reason = "no queue of Postfix, Exim or Sendmail was found",
                    .prevents = std::string(kQueuePurpose)});
  return queues;
}

/// Everything that was ever decided, added up; what was left counts as of the last round of all.
Result<RoundCounts> all_counts(const RoundStore& store) {
  RoundCounts all;
  RESCUE_ASSIGN(const auto numbers, store.rounds());
  for (const auto number : numbers) {
    if (!store.is_done(number)) continue;
    RESCUE_ASSIGN(const auto one, read_counts(store, number));
    all.purged += one.purged;
    all.vanished += one.vanished;
    all.held += one.held;
    all.hold_vanished += one.hold_vanished;
    if (!is_forgotten(store, number)) {
      all.kept += one.kept;
      all.kept_bytes += one.kept_bytes;
    }
    all.left = one.left;
    all.hold_left = one.hold_left;
  }
  all.judged = all.purged + all.left + all.vanished;
  all.to_hold = all.held + all.hold_left + all.hold_vanished;
  return all;
}

Status add_purged_before(const RoundStore& store, Originals& out) {
  RESCUE_ASSIGN(const auto numbers, store.rounds());
  for (const auto number : numbers) {
    RESCUE_ASSIGN(const auto round, read_round(store, number));
    for (const auto& item : round.items)
      if (item.decision == Decision::kPurge) out.add(item.system, item.ref.id, item.sender);
  }
  return {};
}

/// Rounds of hold_queue and purge_queue.
class Rounds {
 public:
  Rounds(const QueueOptions& options, const QueueCriteria& criteria, const Json& json, RoundKind kind,
         RoundStore store)
      : options_(options), criteria_(criteria), json_(json), kind_(kind), store_(std::move(store)) {}

  Result<Json> run() {
    const auto queues = open_queues(options_, gaps_);
    if (options_.patience.count() > 0) until_ = std::chrono::steady_clock::now() + options_.patience;
    RESCUE_TRY(
        forget_older(store_, queues, options_.seconds - std::chrono::seconds(options_.kept_for).count()));
    RESCUE_TRY(finish_earlier(queues));
    PassReport first;
    for (int pass = 0; pass < kMostPasses && !more_; ++pass) {
      evidence::Gaps gaps;
      RESCUE_ASSIGN(auto report, round(queues, gaps));
      if (pass == 0) {
        first = std::move(report);
        gaps_.append(gaps);
      }
      if (items_.empty()) break;
    }
    RESCUE_ASSIGN(const auto counts, all_counts(store_));
    Json out = to_json(first);
    out["systems"] = systems_json(queues);
    RESCUE_ASSIGN(out["rounds"], store_.rounds());
    out["more"] = more_;
    out["counts"] = to_json(counts);
    out["new"] = new_;
    out["gaps"] = gaps_json(gaps_);
    out["faults"] = faults_;
    return out;
  }

 private:
  Status finish_earlier(const MailQueues& queues) {
    RESCUE_ASSIGN(const auto numbers, store_.rounds());
    for (const auto number : numbers) {
      if (store_.is_done(number)) continue;
      RESCUE_ASSIGN(const auto round, read_round(store_, number));
      RESCUE_ASSIGN(const bool all, work_off(round, store_, queues, until_, faults_));
      if (!all) more_ = true;
    }
    RESCUE_ASSIGN(const auto before, all_counts(store_));
    kept_bytes_ = before.kept_bytes;
    return {};
  }

  /// Reads and judges, writes down what is to be done, does it.
  Result<PassReport> round(const MailQueues& queues, evidence::Gaps& gaps) {
    items_.clear();
    std::optional<RoundWriter> writer;
    const auto take = [&](RoundItem item, const QueueMessage& message, const std::string& reason,
                          std::string_view name) -> Status {
      if (!writer) {
        RESCUE_ASSIGN(auto begun, RoundWriter::begin(store_, kind_, options_.seconds, json_,
                                                     options_.most_evidence_bytes, options_.job));
        writer.emplace(std::move(begun));
      }
      item.keep = item.decision == Decision::kPurge && kept_bytes_ + item.bytes <= options_.most_kept_bytes;
      if (item.keep) kept_bytes_ += item.bytes;
      RESCUE_TRY(writer->add(item, message, reason, name));
      items_.push_back(std::move(item));
      return {};
    };
    const auto earlier = [&](Originals& out) { return add_purged_before(store_, out); };
    RESCUE_ASSIGN(auto report, judge_queues(queues, criteria_, kind_, earlier, gaps, take));
    if (!writer) return report;
    RESCUE_TRY(add_samples(*writer, queues));
    RESCUE_TRY(writer->finish());
    new_ += items_.size();
    Round round{.number = writer->number(),
                .kind = kind_,
                .seconds = options_.seconds,
                .job = options_.job,
                .items = std::move(items_),
                .noted = {}};
    RESCUE_ASSIGN(const bool all, work_off(round, store_, queues, until_, faults_));
    more_ = !all;
    items_ = std::move(round.items);
    return report;
  }

  /// Some messages whole, from all over what is purged. One that is gone by now leaves no trace.
  Status add_samples(RoundWriter& writer, const MailQueues& queues) const {
    if (kind_ != RoundKind::kPurge) return {};
    const auto step = std::max<std::size_t>(1, items_.size() / kSampleMessages);
    for (std::size_t i = 0, n = 0; i < items_.size() && n < kSampleMessages; i += step, ++n) {
      const auto whole = queue_of(queues, items_[i].system)->whole(items_[i].ref, kSampleBytes);
      if (whole) RESCUE_TRY(writer.add_sample(items_[i], *whole));
    }
    return {};
  }

  const QueueOptions& options_;
  const QueueCriteria& criteria_;
  const Json& json_;
  RoundKind kind_;
  RoundStore store_;
  evidence::Gaps gaps_;
  Deadline until_;
  bool more_ = false;
  Faults faults_;
  std::vector<RoundItem> items_;
  std::uint64_t kept_bytes_ = 0;
  std::size_t new_ = 0;
};

Result<Json> run(const QueueOptions& options, const Json& json, RoundKind kind) {
  RESCUE_ASSIGN(const auto criteria, parse_queue_criteria(json));
  RESCUE_ASSIGN(auto store, RoundStore::open(options.root, options.state));
  return Rounds(options, criteria, json, kind, std::move(store)).run();
}

}  // namespace

Result<Json> plan_queue(const QueueOptions& options, const Json& json) {
  RESCUE_ASSIGN(const auto criteria, parse_queue_criteria(json));
  evidence::Gaps gaps;
  const auto queues = open_queues(options, gaps);
  const auto take = [](const RoundItem&, const QueueMessage&, const std::string&, std::string_view) {
    return Status();
  };
  // Where nothing was ever done there is no folder, and a plan makes none.
  const auto earlier = [&](Originals& out) -> Status {
    if (!QueueFolder::open(options.root, options.state)) return {};
    RESCUE_ASSIGN(const auto store, RoundStore::open(options.root, options.state));
    return add_purged_before(store, out);
  };
  RESCUE_ASSIGN(const auto report, judge_queues(queues, criteria, RoundKind::kPurge, earlier, gaps, take));
  Json out = to_json(report);
  out["systems"] = systems_json(queues);
  out["criteria"] = json;
  out["text"] = text_of(report);
  out["gaps"] = gaps_json(gaps);
  return out;
}

Result<Json> hold_queue(const QueueOptions& options, const Json& criteria) {
  return run(options, criteria, RoundKind::kHold);
}

Result<Json> purge_queue(const QueueOptions& options, const Json& criteria) {
  return run(options, criteria, RoundKind::kPurge);
}

Result<Json> queue_record(const QueueOptions& options, unsigned round, std::uint64_t offset) {
  constexpr std::size_t kPiece = 256 * 1024;
  RESCUE_ASSIGN(const auto store, RoundStore::open(options.root, options.state));
  RESCUE_ASSIGN(const auto file, store.folder().open_file(RoundStore::name(round, ".jsonl")));
  std::string bytes(kPiece, '\0');
  RESCUE_ASSIGN(const auto got, file.read_at(offset, {bytes.data(), bytes.size()}));
  bytes.resize(got);
  Json out{{"bytes", encode_base64(bytes)}};
  if (offset + got < file.info().size && got > 0) out["next"] = offset + got;
  return out;
}

}  // namespace rescue::recovery
