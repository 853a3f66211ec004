#include "rescue/detect/investigation.hpp"

#include <algorithm>
#include <array>

#include "database_owners.hpp"
#include "document.hpp"
#include "live_reading.hpp"
#include "mail_verdict.hpp"
#include "rescue/detect/detector.hpp"
#include "rescue/evidence/log_reader.hpp"
#include "rescue/evidence/loose_evidence.hpp"
#include "rescue/evidence/package_cache.hpp"
#include "sigma_folder.hpp"
#include "twin_book.hpp"

namespace rescue::detect {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

bool is_wanted(const std::string& detector, const InvestigationOptions& options) {
  const bool of_files = detector == "webshell" || detector == "software" || detector == "yara";
  if (options.files_only && !of_files) return false;
  if (detector == "sigma") return options.sigma != nullptr;
  return options.only.empty() || options.only.contains(detector);
}

/// The detectors of one investigation and which of them wants which event.
class Panel {
 public:
  Panel(const RuleBook& rules, const InvestigationOptions& options) {
    for (const auto& entry : detectors()) {
      if (!is_wanted(std::string(entry.name), options)) continue;
      members_.push_back(entry.make(rules));
      for (const auto kind : entry.kinds)
        wanted_[static_cast<std::size_t>(kind)].push_back(members_.back().get());
    }
  }
  std::vector<evidence::FileReader*> file_readers(const Scene& scene) {
    std::vector<evidence::FileReader*> readers;
    for (const auto& member : members_) {
      if (auto* reader = member->file_reader(scene); reader != nullptr) readers.push_back(reader);
    }
    return readers;
  }
  bool wants(evidence::EventKind kind) const { return !wanted_[static_cast<std::size_t>(kind)].empty(); }
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

/// Of a folder of web code nothing else is known.
evidence::Artifacts web_code_alone() {
  evidence::Artifacts artifacts;
  artifacts.of_disk = false;
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

bool has(const std::vector<evidence::LogGroup>& groups, evidence::LogRole role) {
  return std::any_of(groups.begin(), groups.end(), [&](const auto& group) { return group.role == role; });
}

/// Text logs and the journal tell of the same log-ins.
bool has_both(const std::vector<evidence::LogGroup>& groups) {
  return has(groups, evidence::LogRole::kAuth) && has(groups, evidence::LogRole::kJournal);
}

/// What lies there, and the logs to read.
struct Input {
  evidence::Artifacts artifacts;
  std::vector<evidence::LogGroup> groups;
};

/// Logs that nobody but Sigma rules asks for; most of what is in them stands in syslog, too.
std::vector<evidence::NamedLog> logs_named_for(const evidence::Artifacts& artifacts,
                                               const InvestigationOptions& options) {
  auto logs = evidence::named_logs(artifacts);
  if (options.sigma == nullptr) return logs;
  using enum evidence::LogFormat;
  for (const auto* path :
       {"/var/log/kern.log", "/var/log/daemon.log", "/var/log/user.log", "/var/log/clamav.log"})
    logs.push_back({evidence::LogRole::kSystem, kSyslog, path});
  for (const auto* path : {"/var/log/clamav/clamav.log", "/var/log/clamav/clamonacc.log"})
    logs.push_back({evidence::LogRole::kSystem, kService, path});
  return logs;
}

Input find_input(const evidence::SafeRoot& root, const InvestigationOptions& options,
                 const std::optional<SteadyTime>& until, evidence::Gaps& gaps) {
  Input input;
  if (options.loose) {
    const auto time_is_up = [&] { return until && std::chrono::steady_clock::now() >= *until; };
    auto loose = evidence::find_loose_evidence(root, time_is_up, gaps);
    input.artifacts.of_disk = false;
    input.artifacts.host.zone = evidence::TimeZone::fixed("", 0);
    input.artifacts.web = std::move(loose.web);
    input.groups = std::move(loose.groups);
  } else if (options.files_only) {
    input.artifacts = web_code_alone();
  } else {
    input.artifacts = evidence::read_artifacts(root, gaps);
    input.groups = evidence::find_logs(root, input.artifacts.web.access_logs, gaps,
                                       logs_named_for(input.artifacts, options));
  }
  if (!options.read_logs) input.groups.clear();
  return input;
}

void tell_what_is_read_next(const evidence::SafeRoot& root, evidence::ReadPhase phase) {
  if (root.board() != nullptr) root.board()->begin_phase(phase);
}

void plan_logs(const evidence::SafeRoot& root, const std::vector<evidence::LogGroup>& groups) {
  if (root.board() == nullptr) return;
  for (const auto& group : groups) {
    for (const auto& file : group.files) root.board()->plan(std::min(file.info.size, file.info.stored));
  }
}

/// A file that was left out is told even where its reader says nothing of why it could not have it.
void tell_left_out(const std::map<std::string, std::string>& left_out, evidence::Gaps& gaps) {
  for (const auto& [path, reason] : left_out) {
    const auto told =
        std::any_of(gaps.begin(), gaps.end(), [&, &path = path, &reason = reason](const auto& gap) {
          return gap.path == path && gap.reason.find(reason) != gap.reason.npos;
        });
    if (told) continue;
    gaps.push_back(
        {.path = path, .reason = reason, .prevents = "what this file would have told", .grave = true});
  }
}

/// A folder of evidence or of web code is no disk: nothing in it belongs to a package.
evidence::DiskSurvey survey_of(const Scene& scene, const InvestigationOptions& options,
                               std::vector<evidence::FileReader*> readers, evidence::Gaps& gaps) {
  const bool of_disk = !options.loose && !options.files_only;
  if (!of_disk && readers.empty()) return {};
  auto survey = evidence::survey_disk(scene.root,
                                      {.jobs = options.jobs,
                                       .time_is_up = [&] { return scene.time_is_up(); },
                                       .watched_owners = database_owners(scene.artifacts.accounts),
                                       .of_disk = of_disk,
                                       .readers = std::move(readers)},
                                      gaps);
  if (options.package_cache != nullptr && of_disk) {
    evidence::compare_with_archives(scene.root, *options.package_cache, survey, gaps);
  }
  return survey;
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

std::vector<std::string> detector_families() {
  std::vector<std::string> names;
  for (const auto& entry : detectors()) names.emplace_back(entry.name);
  return names;
}

InvestigationResult investigate(const evidence::SafeRoot& root, const InvestigationOptions& options) {
  return investigate(root, options, nullptr);
}

InvestigationResult investigate(const evidence::SafeRoot& root, const InvestigationOptions& options,
                                const LiveInput* live) {
  Stopwatch watch;
  CaseFile file;
  file.kept.tell(options.found);
  std::optional<SteadyTime> until;
  if (options.time_limit) until = std::chrono::steady_clock::now() + *options.time_limit;
  std::optional<RuleBook> shipped;
  if (options.rules == nullptr) shipped.emplace(RuleBook::shipped());
  const auto& rules = shipped ? *shipped : *options.rules;
  for (const auto& gap : options.gaps) file.gaps.push_back(gap);
  tell_what_is_read_next(root, evidence::ReadPhase::kArtifacts);
  std::optional<LiveReading> running;
  if (live != nullptr) running.emplace(*live, root, options.left_out, file.gaps);
  const auto [artifacts, groups] = find_input(root, options, until, file.gaps);
  plan_logs(root, groups);
  watch.lap("artifacts");
  evidence::DiskSurvey survey;
  const auto log_paths = paths_of(groups);
  std::optional<sigma::RuleSet> sigma;
  if (options.sigma != nullptr) sigma = load_sigma(*options.sigma);
  std::vector<evidence::LogFileSummary> logs;
  SettingsRoom settings;
  Scene scene{.root = root,
              .artifacts = artifacts,
              .survey = survey,
              .rules = rules,
              .logs = logs,
              .log_paths = log_paths,
              .jobs = options.jobs,
              .until = until,
              .has_failed_records = has(groups, evidence::LogRole::kFailedLogins),
              .text_mail_until = evidence::text_mail_until(groups),
              .settings = &settings,
              .yara = options.yara,
              .sigma = sigma ? &*sigma : nullptr};

  tell_what_is_read_next(root, evidence::ReadPhase::kFiles);
  Panel panel(rules, options);
  survey = survey_of(scene, options, panel.file_readers(scene), file.gaps);
  if (running) running->leave_out_ours(survey);
  panel.prepare(scene, file);
  watch.lap("files");

  tell_what_is_read_next(root, evidence::ReadPhase::kLogs);
  const evidence::LogReading how{.jobs = options.jobs,
                                 .since = options.since,
                                 .until = scene.until,
                                 .others = panel.wants(evidence::EventKind::kOther),
                                 .text_mail_until = scene.text_mail_until,
                                 .audit_records = scene.sigma != nullptr};
  TwinBook twins(has_both(groups));
  logs = evidence::read_logs(
      root, groups, artifacts.host.zone, how,
      [&](std::span<const evidence::Event> events) {
        if (root.board() != nullptr) root.board()->beat();
        panel.look_at(scene, events, twins);
      },
      file.gaps);
  watch.lap("logs");

  file.sources = twins.finish(file.gaps);
  tell_what_is_read_next(root, evidence::ReadPhase::kReasoning);
  panel.finish(scene, file);
  if (running) running->judge(scene, file);
  if (options.files_only) {
    file.gaps.push_back(only_files());
  } else {
    file.gaps.append(missing_sources(scene));
  }
  tell_left_out(options.left_out, file.gaps);
  settle_findings(file, scene);
  doubt_forged_mail(file, scene);
  const auto vectors = entry_vectors(file);
  const auto verdict = judge(file, vectors, scene);
  auto document = to_document(file, vectors, verdict, scene);
  if (!options.sandbox.is_null()) document["sandbox"] = options.sandbox;
  if (running) document["live"] = running->section(scene);
  watch.lap("reasoning");
  auto stats = stats_of(watch, file, scene, options.jobs);
  if (sigma) stats["sigma"] = sigma_stats(*sigma);
  return {std::move(document), std::move(stats)};
}

}  // namespace rescue::detect
