#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rescue/store/database.hpp"

namespace rescue::store {

/// Which messages processes have begun to handle and not come back from. `begin` is committed before the
/// handler runs, so that it outlives a handler that ends its process.
class Tries {
 public:
  struct Story {
    std::int64_t tries = 0;     ///< how many processes have ended
    std::int64_t first_us = 0;  ///< when the first of them began
    std::int64_t last_us = 0;   ///< when the last of them began
    std::string process;        ///< the last of them
  };
  /// Notes that `process` begins to handle the message. When `tries_max` others have ended over it nothing is
  /// noted and their story returned: do not handle it. Again by the same process it counts once.
  static Result<std::optional<Story>> begin(Tx& tx, const std::string& message_id, const std::string& process,
                                            std::int64_t tries_max, std::int64_t now_us);
  /// `process` has come back, but the message is not handled: this try does not count.
  static Status come_back(Tx& tx, const std::string& message_id, const std::string& process);
  /// It is handled or set aside.
  static Status forget(Tx& tx, const std::string& message_id);
  /// Messages that somebody has begun and not ended, at most `limit`.
  static Result<std::vector<std::string>> begun(Tx& tx, std::size_t limit);
  /// Forgets those that were handled in another way meanwhile.
  static Status forget_handled(Tx& tx);
};

}  // namespace rescue::store
