#pragma once

#include <mutex>
#include <optional>
#include <vector>

#include "rescue/evidence/byte_stream.hpp"
#include "rescue/evidence/log_files.hpp"

namespace rescue::evidence {

/// The years in which the files of one log begin. Lines as RFC 3164 has them name none: all files are looked
/// through before their lines can be dated, and whichever thread asks first does that. Thread-safe; borrows
/// all it is given.
class GroupYears {
 public:
  GroupYears(const SafeRoot& root, const LogGroup& group, TimeIsUp time_is_up)
      : root_(root), group_(group), time_is_up_(std::move(time_is_up)) {}

  /// Of the group's file at `index`. Nothing when the time was up before it was known.
  std::optional<int> first_year(std::size_t index);
  /// In which that file must end, where not all of its lines were looked at (0: those say their years). Ask
  /// after first_year().
  std::optional<int> last_year(std::size_t index) const;

 private:
  void read_all();

  const SafeRoot& root_;
  const LogGroup& group_;
  TimeIsUp time_is_up_;
  std::once_flag once_;
  std::vector<int> years_;
  std::vector<std::optional<int>> last_years_;
  std::size_t first_known_ = 0;
};

}  // namespace rescue::evidence
