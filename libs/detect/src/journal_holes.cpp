#include "journal_holes.hpp"

#include <algorithm>
#include <map>

namespace rescue::detect {
namespace {

using evidence::JournalRun;
using evidence::LogFileSummary;

struct Placed {
  const JournalRun* run;
  const LogFileSummary* log;
  std::uint64_t reach = 0;  ///< the highest number up to here, once sorted
};
using Runs = std::vector<Placed>;

void sort_by_number(Runs& runs) {
  std::sort(runs.begin(), runs.end(), [](const Placed& a, const Placed& b) {
    return std::pair(a.run->first, a.run->last) < std::pair(b.run->first, b.run->last);
  });
  std::uint64_t reach = 0;
  for (auto& placed : runs) placed.reach = reach = std::max(reach, placed.run->last);
}

/// How many numbers from `first` to `last` no user's journal of that time has.
std::uint64_t not_elsewhere(std::uint64_t first, const std::uint64_t last, Timestamp from, Timestamp to,
                            const Runs& users, std::uint64_t& steps) {
  constexpr auto kApart = std::chrono::minutes(10);  // a clock that was set
  std::uint64_t missing = 0;
  auto at =
      std::partition_point(users.begin(), users.end(), [&](const Placed& p) { return p.reach < first; });
  for (; at != users.end() && at->run->first <= last && first <= last && steps > 0; ++at, --steps) {
    const auto& run = *at->run;
    const bool then = run.from <= to + kApart && from <= run.to + kApart;
    if (run.last < first || !then) continue;
    if (run.first > first) missing += run.first - first;
    first = run.last + 1;
  }
  return first > last ? missing : missing + (last - first + 1);
}

/// False when the steps were used up: runs that overlap can make it as many as their square.
bool find_holes(const Runs& system, const Runs& users, std::uint64_t& steps,
                std::vector<JournalHole>& holes) {
  constexpr std::size_t kMostHoles = 100;
  std::uint64_t end = 0;
  Timestamp before{};
  for (const auto& [run, log, reach] : system) {
    if (end != 0 && run->first > end + 1 && holes.size() < kMostHoles) {
      const auto count = not_elsewhere(end + 1, run->first - 1, before, run->from, users, steps);
      if (steps == 0) return false;
      if (count > 0) {
        const auto [from, to] = std::minmax(before, run->from);
        holes.push_back({count, from, to, log->path, run->first, run->offset});
      }
    }
    if (run->last >= end) {
      end = run->last;
      before = run->to;
    }
  }
  return true;
}

}  // namespace

JournalHoles journal_holes(const std::vector<LogFileSummary>& logs) {
  std::map<std::pair<std::string, std::string>, Runs> system;  // by folder and series
  std::map<std::string, Runs> users;  // by folder: older versions give them a series each
  std::map<std::string, bool> cut;
  for (const auto& log : logs) {
    if (!log.journal) continue;
    const auto& facts = *log.journal;
    cut[facts.directory] = cut[facts.directory] || facts.runs_cut;
    for (const auto& run : facts.runs) {
      (facts.system ? system[{facts.directory, facts.seqnum_id}] : users[facts.directory])
          .push_back({&run, &log, 0});
    }
  }
  std::uint64_t steps = 50'000'000;  // a second's
  JournalHoles holes;
  for (auto& [folder, runs] : users) sort_by_number(runs);
  for (auto& [series, runs] : system) {
    if (cut[series.first]) continue;  // too many to be told from those that were left out
    sort_by_number(runs);
    if (!find_holes(runs, users[series.first], steps, holes.found)) holes.unfinished.push_back(series.first);
  }
  return holes;
}

}  // namespace rescue::detect
