#pragma once

#include <optional>
#include <vector>

#include "journal_format.hpp"
#include "journal_window.hpp"

namespace rescue::evidence {

/// The offsets of entries as the chain of entry arrays names them: what every other reader goes by. Forward
/// only: journald appends, so that both arrays and entries must lie ever further back. Borrows all.
class JournalIndex {
 public:
  JournalIndex(JournalWindow& window, const JournalHeader& header);
  /// The next entry's offset, nothing at the end of the chain.
  std::optional<std::uint64_t> peek();
  void pop() { ++used_; }
  /// The chain ended where the header or the array before says that there is more.
  bool broken() const { return broken_; }
  std::uint64_t broken_at() const { return array_; }

 private:
  bool read_more();
  void end(bool broken);

  JournalWindow& window_;
  const JournalHeader& header_;
  std::uint64_t array_;      // being read
  std::uint64_t place_ = 0;  // of the next item within it
  std::uint64_t named_ = 0;
  std::uint64_t last_ = 0;
  std::vector<std::uint64_t> items_;
  std::size_t used_ = 0;
  bool ended_ = false, broken_ = false;
};

}  // namespace rescue::evidence
