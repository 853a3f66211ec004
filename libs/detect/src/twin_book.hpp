#pragma once

#include <deque>
#include <map>
#include <memory>
#include <tuple>

#include "rescue/detect/case_file.hpp"

namespace rescue::detect {

/// Finds what the text logs and the journal both tell: one event with two sources. Events come by time, as
/// read_logs() merges them. Memory is bounded: failed log-ins wait two minutes for their twin; of those kinds
/// that matter by themselves so many wait to the end. Where too many wait, the others are not compared.
class TwinBook {
 public:
  /// `both`: there are two sources to compare.
  explicit TwinBook(bool both) : both_(both) {}
  /// The other source has told this event already: it must not count twice.
  bool told_before(const evidence::Event& event, const Scene& scene);
  /// Call once, when all events have been told. What could not be compared is a gap.
  SourceComparison finish(evidence::Gaps& gaps);

 private:
  struct Waiting {
    std::uint32_t process = 0;
    std::unique_ptr<OneSided> kept;  // of a kind that matters by itself
  };
  /// Hash, in the journal, time, number: a flood of equal events is not gone through for each of them.
  using Key = std::tuple<std::uint64_t, bool, Timestamp, std::uint64_t>;
  using Table = std::map<Key, Waiting>;

  Table::iterator find_twin(std::uint64_t hash, const evidence::Event& event);
  void note_match(Table::iterator twin, const evidence::Event& event, const Scene& scene);
  void wait(std::uint64_t hash, const evidence::Event& event, const Scene& scene);
  void expire(Timestamp now);
  void keep(const Waiting& waiting);

  bool both_;
  Table waiting_;
  std::deque<Key> order_;  // as they came
  std::uint64_t numbers_ = 0, not_compared_ = 0;
  Timestamp not_compared_since_{};
  SourceComparison result_;
  std::size_t kept_text_ = 0, kept_journal_ = 0, told_text_ = 0, told_journal_ = 0;
};

}  // namespace rescue::detect
