#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "dispatcher.hpp"

namespace rescue::http {

/// Answers on their way from whatever thread they were made on to the loop whose client waits. The loop is
/// woken once for all that have come since it last looked. Lives as long as any request is unanswered, which
/// may be longer than the loop. Thread-safe.
class LateAnswers {
 public:
  /// A client that waits; its number is given to no other one.
  using Ticket = std::uint64_t;
  struct Late {
    Ticket ticket = 0;
    std::shared_ptr<Exchange> exchange;
    Result<Response> result;
  };

  LateAnswers();
  ~LateAnswers();
  LateAnswers(const LateAnswers&) = delete;
  LateAnswers& operator=(const LateAnswers&) = delete;

  Ticket next_ticket() { return ++last_ticket_; }  ///< for the loop's own thread
  void push(Late late);
  std::vector<Late> take();
  /// An eventfd that can be read while there is something to take.
  int fd() const { return fd_; }

 private:
  std::mutex mutex_;
  std::vector<Late> waiting_;
  Ticket last_ticket_ = 0;
  int fd_ = -1;
};

}  // namespace rescue::http
