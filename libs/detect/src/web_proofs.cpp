#include <algorithm>
#include <atomic>
#include <map>

#include "file_scan.hpp"
#include "rescue/evidence/on_threads.hpp"

namespace rescue::detect {
namespace {

using Proofs = std::vector<std::optional<WebProof>>;

/// What has to be read for proofs: a file, or an archive with all its members that are to be shown.
struct Reading {
  std::string path;
  Timestamp mtime{};
  std::vector<std::size_t> files;  ///< places in the list
  bool archive = false;
};

std::vector<Reading> readings_of(const std::vector<const WebFile*>& files) {
  std::vector<Reading> readings;
  std::map<std::string_view, std::size_t> archives;  // places in `readings`
  for (std::size_t i = 0; i < files.size(); ++i) {
    const auto& file = *files[i];
    if (file.proof) continue;
    const bool packed = file.archive > 0;
    const auto path = std::string_view(file.path).substr(0, packed ? file.archive : file.path.size());
    const auto known = packed ? archives.find(path) : archives.end();
    if (known != archives.end()) {
      readings[known->second].files.push_back(i);
      continue;
    }
    if (packed) archives.emplace(path, readings.size());
    readings.push_back({std::string(path), file.mtime, {i}, packed});
  }
  return readings;
}

/// The archive is gone over once for all of them.
void prove_members(const Scene& scene, const WebRules& rules, const Reading& reading,
                   const std::vector<const WebFile*>& files, Proofs& proofs) {
  const auto opened = scene.root.open_file(reading.path, evidence::SafeRoot::LastLink::kRefuse);
  if (!opened) return;
  std::map<std::string_view, std::vector<std::size_t>> wanted;  // by the member's name
  for (const auto i : reading.files)
    wanted[std::string_view(files[i]->path).substr(files[i]->archive + 1)].push_back(i);
  FileScan scan(scene, rules);
  const WebFile archive{reading.path, reading.mtime};
  const auto take = [&](const std::string& name, std::string_view content, bool whole) {
    const auto asked = wanted.find(name);
    if (asked == wanted.end()) return;
    const auto found = scan.judge_member(archive, name, content, whole);
    for (const auto i : asked->second) {
      if (found && found->rule == files[i]->rule && !proofs[i]) proofs[i] = scan.proof(*found);
    }
  };
  go_through_archive(
      reading.path, *opened, [] { return false; }, take);
}

}  // namespace

std::vector<std::optional<WebProof>> prove(const Scene& scene, const WebRules& rules,
                                           const std::vector<const WebFile*>& files) {
  // Findings without their lines are worth little: these few are still looked at when the time is up, for a
  // while.
  constexpr auto kGrace = std::chrono::seconds(10);
  const auto until = std::chrono::steady_clock::now() + kGrace;
  Proofs proofs(files.size());
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (files[i]->proof) proofs[i] = *files[i]->proof;
  }
  const auto readings = readings_of(files);
  std::atomic<std::size_t> next{0};
  evidence::on_threads(scene.jobs, [&](unsigned) {
    FileScan scan(scene, rules);
    evidence::FileBytes bytes(scene.root);
    for (auto i = next++; i < readings.size(); i = next++) {
      if (scene.time_is_up() && std::chrono::steady_clock::now() >= until) return;
      const auto& reading = readings[i];
      if (reading.archive) {
        prove_members(scene, rules, reading, files, proofs);
        continue;
      }
      const auto opened = bytes.open(reading.path, evidence::SafeRoot::LastLink::kRefuse);
      const auto place = reading.files.front();
      if (opened && scan.judge(reading.path, bytes)) proofs[place] = scan.proof(*files[place]);
    }
  });
  return proofs;
}

}  // namespace rescue::detect
