#include "rescue/detect/investigation.hpp"

#include <array>

#include "document.hpp"
#include "rescue/detect/detector.hpp"
#include "rescue/evidence/log_reader.hpp"
#include "rescue/evidence/package_cache.hpp"
#include "twin_book.hpp"

namespace rescue::detect {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

/// The detectors of one investigation and which of them wants which event.
class Panel {
 public:
  explicit Panel(const RuleBook& rules) {
    for (const auto& entry : detectors()) {
      members_.push_back(entry.make(rules));
      for (const auto kind : entry.kinds)
        wanted_[static_cast<std::size_t>(kind)].push_back(members_.back().get());
    }
  }
  void prepare(const Scene& scene, CaseFile& file) {
    for (const auto& member : members_) member->prepare(scene, file);
  }
  /// What another source has told already is not told twice.
  void look_at(const Scene& scene, std::span<const evidence::Event> events, TwinBook& twins) {
    for (const auto& event : events) {
      if (twins.told_before(event, scene)) continue;
      for (auto* member : wanted_[static_cast<std::size_t>(event.kind)]) member->on_event(scene, event);
    }
  }
  void finish(const Scene& scene, CaseFile& file) {
    for (const auto& member : members_) member->finish(scene, file);
  }

 private:
  std::vector<std::unique_ptr<Detector>> members_;
  std::array<std::vector<Detector*>, 64> wanted_;
};

/// Milliseconds per phase.
class Stopwatch {
 public:
  void lap(const char* phase) {
    const auto now = std::chrono::steady_clock::now();
    laps_[phase] = std::chrono::duration<double, std::milli>(now - last_).count();
    last_ = now;
  }
  Json laps() const { return laps_; }

 private:
  SteadyTime last_ = std::chrono::steady_clock::now();
  Json laps_ = Json::object();
};

std::vector<std::string> paths_of(const std::vector<evidence::LogGroup>& groups) {
  std::vector<std::string> paths;
  for (const auto& group : groups) {
    for (const auto& file : group.files) paths.push_back(file.path);
  }
  return paths;
}

/// Text logs and the journal tell of the same log-ins.
bool has_both(const std::vector<evidence::LogGroup>& groups) {
  const auto has = [&](evidence::LogRole role) {
    return std::any_of(groups.begin(), groups.end(), [&](const auto& group) { return group.role == role; });
  };
  return has(evidence::LogRole::kAuth) && has(evidence::LogRole::kJournal);
}

Json stats_of(const Stopwatch& watch, const CaseFile& file, const Scene& scene, unsigned jobs) {
  std::uint64_t log_bytes = 0;
  for (const auto& log : scene.logs) log_bytes += log.plain_bytes;
  const bool kernel = scene.root.method() == evidence::SafeRoot::Method::kAutomatic;
  return {{"phase_ms", watch.laps()},
          {"jobs", jobs},
          {"log_bytes", log_bytes},
          {"web_bytes", file.bytes_scanned},
          {"survey_bytes", scene.survey.bytes_read},
          {"files_verified", scene.survey.files_verified},
          {"confinement", kernel ? "openat2" : "component walk"}};
}

}  // namespace

InvestigationResult investigate(const evidence::SafeRoot& root, const InvestigationOptions& options) {
  Stopwatch watch;
  CaseFile file;
  std::optional<SteadyTime> until;
  if (options.time_limit) until = std::chrono::steady_clock::now() + *options.time_limit;
  const auto rules = RuleBook::shipped();
  const auto artifacts = evidence::read_artifacts(root, file.gaps);
  watch.lap("artifacts");
  const auto time_is_up = [&] { return until && std::chrono::steady_clock::now() >= *until; };
  auto survey = evidence::survey_disk(root, {.jobs = options.jobs, .time_is_up = time_is_up}, file.gaps);
  if (options.package_cache != nullptr)
    evidence::compare_with_archives(root, *options.package_cache, survey, file.gaps);
  watch.lap("survey");
  const auto groups =
      evidence::find_logs(root, artifacts.web.access_logs, file.gaps, evidence::named_logs(artifacts));
  const auto log_paths = paths_of(groups);
  std::vector<evidence::LogFileSummary> logs;
  Scene scene{.root = root,
              .artifacts = artifacts,
              .survey = survey,
              .rules = rules,
              .logs = logs,
              .log_paths = log_paths,
              .jobs = options.jobs,
              .until = until};

  Panel panel(rules);
  panel.prepare(scene, file);
  watch.lap("files");

  const evidence::LogReading how{.jobs = options.jobs, .since = options.since, .until = scene.until};
  TwinBook twins(has_both(groups));
  logs = evidence::read_logs(
      root, groups, artifacts.host.zone, how,
      [&](std::span<const evidence::Event> events) { panel.look_at(scene, events, twins); }, file.gaps);
  watch.lap("logs");

  file.sources = twins.finish();
  panel.finish(scene, file);
  file.gaps.append(missing_sources(scene));
  settle_findings(file, scene);
  const auto vectors = entry_vectors(file);
  const auto verdict = judge(file, vectors, scene);
  auto document = to_document(file, vectors, verdict, scene);
  watch.lap("reasoning");
  return {std::move(document), stats_of(watch, file, scene, options.jobs)};
}

}  // namespace rescue::detect
