#include "group_years.hpp"

#include "rescue/evidence/syslog.hpp"
#include "year_sampling.hpp"

namespace rescue::evidence {

std::optional<int> GroupYears::first_year(std::size_t index) {
  constexpr int kNotNeeded = 1970;
  if (group_.format != LogFormat::kSyslog) return kNotNeeded;
  std::call_once(once_, [&] { read_all(); });
  return index < first_known_ ? std::nullopt : std::optional(years_[index]);
}

std::optional<int> GroupYears::last_year(std::size_t index) const {
  return index < last_years_.size() ? last_years_[index] : std::nullopt;
}

void GroupYears::read_all() {
  const auto& files = group_.files;
  std::vector<YearScan> scans(files.size());
  std::vector<bool> was_sampled(files.size());
  std::vector<Timestamp> mtimes;
  for (const auto& file : files) mtimes.push_back(file.info.mtime);
  // The youngest first: a file's year follows from the younger ones, so that those which were read in time
  // are dated whatever became of the older.
  for (auto i = files.size(); i-- > 0;) {
    auto opened = root_.open_file(files[i].path);
    if (!opened) continue;  // told when it is read for its lines
    if (const auto sampled = sample_years(*opened, time_is_up_)) {
      scans[i] = *sampled;
      was_sampled[i] = true;
      continue;
    }
    EvidenceStream stream(files[i].path, *std::move(opened), {}, Hashing::kNone);
    TimedStream timed(stream, time_is_up_);
    scans[i] = scan_years(timed);
    if (timed.cut()) {
      first_known_ = i + 1;
      break;
    }
  }
  years_ = first_years(scans, mtimes);
  last_years_.resize(files.size());
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (was_sampled[i]) last_years_[i] = scans[i].any ? years_[i] + scans[i].new_years : 0;
  }
}

}  // namespace rescue::evidence
