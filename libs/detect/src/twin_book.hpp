#pragma once

#include <deque>
#include <memory>
#include <unordered_map>

#include "rescue/detect/case_file.hpp"

namespace rescue::detect {

/// Finds what the text logs and the journal both tell: one event with two sources. Events come by time, as
/// read_logs() merges them. Memory is bounded: failed log-ins wait two minutes for their twin; of those kinds
/// that matter by themselves so many wait to the end.
class TwinBook {
 public:
  /// `both`: there are two sources to compare.
  explicit TwinBook(bool both) : both_(both) {}
  /// The other source has told this event already: it must not count twice.
  bool told_before(const evidence::Event& event, const Scene& scene);
  /// Call once, when all events have been told.
  SourceComparison finish();

 private:
  struct Waiting {
    Timestamp time{};
    std::uint64_t number = 0;
    std::uint32_t process = 0;
    bool in_journal = false;
    std::unique_ptr<OneSided> kept;  // of a kind that matters by itself
  };
  using Table = std::unordered_multimap<std::uint64_t, Waiting>;

  Table::iterator find_twin(std::uint64_t hash, const evidence::Event& event);
  void note_match(Table::iterator twin, const evidence::Event& event, const Scene& scene);
  void wait(std::uint64_t hash, const evidence::Event& event, const Scene& scene);
  void expire(Timestamp now);
  void keep(Waiting& waiting);

  bool both_;
  Table waiting_;
  std::deque<std::tuple<Timestamp, std::uint64_t, std::uint64_t>> order_;  // when, hash, number
  std::uint64_t numbers_ = 0;
  SourceComparison result_;
  std::size_t kept_text_ = 0, kept_journal_ = 0, told_text_ = 0, told_journal_ = 0;
};

}  // namespace rescue::detect
