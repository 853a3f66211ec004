#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "rescue/base/clock.hpp"

namespace rescue::evidence {

/// A stretch of time; an absent end is unknown.
struct Period {
  std::optional<Timestamp> from;
  std::optional<Timestamp> to;

  void include(Timestamp t) {
    if (!from || t < *from) from = t;
    if (!to || t > *to) to = t;
  }
};

/// Something that should have been read and was not: missing, damaged, over a limit. Damaged evidence is not
/// an error; it stands beside the findings so that silence is never taken for cleanliness.
struct Gap {
  std::string path;          ///< as the investigated server sees it, "/var/log/auth.log"; raw bytes
  std::uint64_t offset = 0;  ///< where it starts, bytes of the decompressed content
  std::uint64_t bytes = 0;   ///< 0: unknown or all
  std::string reason;
  std::string prevents;  ///< the conclusion that cannot be drawn
  Period period = {};
  /// Without it nobody can say that a server is clean: an unreadable crontab, a missing authentication log.
  bool grave = false;
};

/// Gaps in the order in which they were met. Bounded: of each kind (the same conclusion prevented, grave or
/// not) the first kMostOfAKind are kept and the others counted, so that a disk made of damage neither fills
/// the memory nor pushes other damage out of sight.
class Gaps {
 public:
  static constexpr std::size_t kMostOfAKind = 200;

  void push_back(Gap gap);
  void append(const Gaps& other);
  /// `count` more of the kind of `like`, which nobody kept.
  void leave_out(const Gap& like, std::uint64_t count);
  /// A gap for every kind of which some were only counted: how many.
  std::vector<Gap> left_out() const;
  std::uint64_t left_out_count() const;

  std::size_t size() const { return kept_.size(); }
  bool empty() const { return kept_.empty(); }
  const Gap& operator[](std::size_t index) const { return kept_[index]; }
  const Gap& back() const { return kept_.back(); }
  auto begin() const { return kept_.begin(); }
  auto end() const { return kept_.end(); }

 private:
  struct Kind {
    std::size_t kept = 0;
    std::uint64_t left_out = 0;
  };
  Kind& kind_of(const Gap& gap);

  std::vector<Gap> kept_;
  std::map<std::pair<std::string, bool>, Kind> kinds_;  // by what they prevent, and whether they are grave
};

}  // namespace rescue::evidence
