#pragma once

#include <cstddef>
#include <cstdint>

#include "rescue/base/json.hpp"

namespace rescue::detect {

struct ListLimits {
  std::size_t items;
  std::size_t bytes;  ///< as they are printed
};

// What the lists of a document may take. A million findings are no longer read by anybody, and one path may
// take 20 KiB when every byte of it is escaped: whatever lies on a disk, the document stays well below the 64
// MiB that the worker takes.
inline constexpr ListLimits kFindingsRoom{5'000, 28 << 20};
inline constexpr ListLimits kTimelineRoom{5'000, 8 << 20};
inline constexpr ListLimits kGapsRoom{5'000, 6 << 20};
inline constexpr ListLimits kVectorsRoom{100, 4 << 20};
inline constexpr ListLimits kSoftwareRoom{2'000, 2 << 20};
inline constexpr ListLimits kImpactRoom{2'000, 2 << 20};  // each of its three lists

/// The room that is left in one list.
class DocumentRoom {
 public:
  explicit DocumentRoom(const ListLimits& limits) : limits_(limits) {}

  /// Whether it finds room; else it is counted.
  bool take(const Json& item);
  std::uint64_t left_out() const { return left_out_; }

 private:
  ListLimits limits_;
  std::size_t items_ = 0, bytes_ = 0;
  std::uint64_t left_out_ = 0;
};

}  // namespace rescue::detect
