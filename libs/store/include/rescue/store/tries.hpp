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
  enum class Verdict {
    kHandle,    ///< noted: go on
    kAtWork,    ///< another process has begun lately and may be at it still: ask again later
    kSetAside,  ///< so many have ended over it: do not handle it
  };
  struct Begun {
    Verdict verdict = Verdict::kHandle;
    Story story = {};  ///< of kSetAside
  };
  struct Limits {
    std::int64_t tries_max = 3;
    std::int64_t alive_us = 0;  ///< another process that began within this time is taken for alive
  };
  /// Notes that `process` begins to handle the message, if it is to. Again by the same process it counts
  /// once.
  static Result<Begun> begin(Tx& tx, const std::string& message_id, const std::string& process,
                             const Limits& limits, std::int64_t now_us);
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
