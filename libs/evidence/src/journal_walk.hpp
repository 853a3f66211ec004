#pragma once

#include <functional>
#include <optional>

#include "journal_format.hpp"
#include "journal_window.hpp"
#include "rescue/evidence/byte_stream.hpp"

namespace rescue::evidence {

/// A stretch of a journal that holds no object.
struct JournalDamage {
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;
  bool zeros = false;  ///< it begins with zeros where an object must be
};

/// Goes through a journal's objects one after the other as they lie in the file, whatever its indexes say.
/// Where no object is, it looks for the next convincing one and tells the stretch between. Borrows all.
class JournalWalk {
 public:
  JournalWalk(JournalWindow& window, const JournalHeader& header, TimeIsUp time_is_up,
              std::function<void(const JournalDamage&)> damaged);
  /// Nothing at the end, or when the time is up.
  std::optional<ObjectHead> next();
  /// Where the next object is looked for.
  std::uint64_t position() const { return position_; }

 private:
  std::optional<ObjectHead> head_at(std::uint64_t offset);
  bool is_convincing(const ObjectHead& head);
  bool is_convincing_data(const ObjectHead& head);
  bool is_convincing_entry(const ObjectHead& head);
  bool points_to(std::uint64_t offset, JournalObject type);
  std::optional<ObjectHead> find_next();

  JournalWindow& window_;
  const JournalHeader& header_;
  TimeIsUp time_is_up_;
  std::function<void(const JournalDamage&)> damaged_;
  std::uint64_t position_;
  std::uint64_t before_ = 0;    // the object before, 0: none
  std::uint64_t tail_end_ = 0;  // up to here the header promises objects
};

}  // namespace rescue::evidence
