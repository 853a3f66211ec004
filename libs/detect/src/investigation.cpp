#include "rescue/detect/investigation.hpp"

#include <array>

#include "document.hpp"
#include "rescue/detect/detector.hpp"
#include "rescue/evidence/log_reader.hpp"

namespace rescue::detect {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

/// The detectors of one investigation and which of them wants which event.
class Panel {
 public:
  Panel(const RuleBook& rules, bool files_only) {
    for (const auto& entry : detectors()) {
      if (files_only && entry.name != "webshell") continue;
      members_.push_back(entry.make(rules));
      for (const auto kind : entry.kinds)
        wanted_[static_cast<std::size_t>(kind)].push_back(members_.back().get());
    }
  }
  void prepare(const Scene& scene, CaseFile& file) {
    for (const auto& member : members_) member->prepare(scene, file);
  }
  void look_at(const Scene& scene, const evidence::EventBatch& batch) {
    for (const auto& event : batch.events) {
      for (auto* member : wanted_[static_cast<std::size_t>(event.kind)]) member->on_event(scene, event);
    }
  }
  void finish(const Scene& scene, CaseFile& file) {
    for (const auto& member : members_) member->finish(scene, file);
  }

 private:
  std::vector<std::unique_ptr<Detector>> members_;
  std::array<std::vector<Detector*>, 32> wanted_;
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

/// What is known of the server; of a folder of files only, that all of it is web code.
evidence::Artifacts artifacts_of(const evidence::SafeRoot& root, bool files_only, evidence::Gaps& gaps) {
  if (!files_only) return evidence::read_artifacts(root, gaps);
  evidence::Artifacts artifacts;
  artifacts.web.roots.push_back({.directory = "/", .url_path = "/"});
  return artifacts;
}

evidence::Gap only_files() {
  return {.path = "/",
          .reason = "only files were looked at, as asked",
          .prevents = "seeing log-ins, requests, timed commands, accounts and keys",
          .grave = true};
}

std::vector<std::string> paths_of(const std::vector<evidence::LogGroup>& groups) {
  std::vector<std::string> paths;
  for (const auto& group : groups) {
    for (const auto& file : group.files) paths.push_back(file.path);
  }
  return paths;
}

Json stats_of(const Stopwatch& watch, const CaseFile& file, const Scene& scene, unsigned jobs) {
  std::uint64_t log_bytes = 0;
  for (const auto& log : scene.logs) log_bytes += log.plain_bytes;
  const bool kernel = scene.root.method() == evidence::SafeRoot::Method::kAutomatic;
  return {{"phase_ms", watch.laps()},
          {"jobs", jobs},
          {"log_bytes", log_bytes},
          {"web_bytes", file.bytes_scanned},
          {"confinement", kernel ? "openat2" : "component walk"}};
}

}  // namespace

InvestigationResult investigate(const evidence::SafeRoot& root, const InvestigationOptions& options) {
  Stopwatch watch;
  CaseFile file;
  std::optional<SteadyTime> until;
  if (options.time_limit) until = std::chrono::steady_clock::now() + *options.time_limit;
  const auto rules = RuleBook::shipped();
  const auto artifacts = artifacts_of(root, options.files_only, file.gaps);
  std::vector<evidence::LogGroup> groups;
  if (!options.files_only) groups = evidence::find_logs(root, artifacts.web.access_logs, file.gaps);
  const auto log_paths = paths_of(groups);
  std::vector<evidence::LogFileSummary> logs;
  Scene scene{.root = root,
              .artifacts = artifacts,
              .rules = rules,
              .logs = logs,
              .log_paths = log_paths,
              .jobs = options.jobs,
              .until = until};
  watch.lap("artifacts");

  Panel panel(rules, options.files_only);
  panel.prepare(scene, file);
  watch.lap("files");

  const evidence::LogReading how{.jobs = options.jobs, .since = options.since, .until = scene.until};
  logs = evidence::read_logs(
      root, groups, artifacts.host.zone, how,
      [&](const evidence::EventBatch& batch) { panel.look_at(scene, batch); }, file.gaps);
  watch.lap("logs");

  panel.finish(scene, file);
  if (options.files_only) {
    file.gaps.push_back(only_files());
  } else {
    file.gaps.append(missing_sources(scene));
  }
  settle_findings(file, scene);
  const auto vectors = entry_vectors(file);
  const auto verdict = judge(file, vectors, scene);
  auto document = to_document(file, vectors, verdict, scene);
  watch.lap("reasoning");
  return {std::move(document), stats_of(watch, file, scene, options.jobs)};
}

}  // namespace rescue::detect
