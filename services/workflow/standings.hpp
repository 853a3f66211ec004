#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "rescue/catalog/contracts.hpp"

namespace rescue::workflow {

/// Whose a server is at the moment, by the directory of contracts.
struct Standing {
  enum class Word {
    kTheirs,      ///< the customer's who was told of the incident
    kOver,        ///< nobody's under contract any more, or another customer's
    kNobodySays,  ///< the directory cannot be asked at present
  };
  Word word = Word::kNobodySays;
  std::vector<std::string> addresses = {};  ///< of theirs, in the directory's order
  std::string why = {};                     ///< of the others
};

/// Asks whose a server is when one of its jobs is handed out. Thread-safe.
class Standings {
 public:
  Standings(catalog::Contracts& contracts, const Clock& clock) : contracts_(&contracts), clock_(&clock) {}
  /// Does not wait, for it is asked inside transactions: nothing while the directory has yet to answer, which
  /// it does, or is given up, within the time that it is given. Whoever comes again then is told.
  std::optional<Standing> of(const std::string& server_id, const std::string& customer);

 private:
  /// A question to the directory; an answer stays for whoever comes again for it.
  struct Asked {
    std::optional<Result<catalog::ServerContract>> answer;
    std::chrono::microseconds answered{0};
  };
  /// Outlives this where an answer comes late.
  struct Board {
    std::mutex mutex;
    std::map<std::string, Asked> by_server;
  };
  std::optional<Result<catalog::ServerContract>> take(const std::string& server_id, bool& waits);

  catalog::Contracts* contracts_;
  const Clock* clock_;
  std::shared_ptr<Board> board_ = std::make_shared<Board>();
};

}  // namespace rescue::workflow
