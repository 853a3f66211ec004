#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "line_channel.hpp"
#include "rescue/base/json.hpp"

namespace rescue::worker {

/// Requests to a rescue-responder and its answers (services/responder/README.md). One thread at a time.
class ResponderLink {
 public:
  struct Options {
    std::chrono::seconds patience{180};  ///< with one answer
    std::chrono::seconds long_patience{
        3'600};                             ///< with what reads all of a queue, or runs the server's programs
    std::chrono::seconds whole{6 * 3'600};  ///< from the first request to the last
    std::uint64_t bytes_max = 1ULL << 30U;  ///< of answers
    std::chrono::milliseconds tick{10'000};  ///< how often `on_tick` is called meanwhile
    std::function<void()> on_tick = [] {};
  };
  ResponderLink(std::unique_ptr<LineChannel> channel, Options options)
      : channel_(std::move(channel)), options_(std::move(options)) {}

  /// Says hello and takes the answer for what it is. kCorrupt ("responder-bad-answer") where it is none of
  /// ours or speaks another protocol; errors of ask().
  Status greet();
  /// The answer's result, as long as neither the time nor the bytes of the whole talk are used up. Its error,
  /// code and problem from our own lists only, where it has one; kTimeout
  /// ("responder-silent"), kCorrupt ("responder-bad-answer"), errors of the channel. After any of these it
  /// is not known what was done: nothing more can be asked.
  Result<Json> ask(std::string_view op, Json body = Json::object());
  /// Nothing more can be asked.
  bool lost() const { return lost_; }

 private:
  Result<std::string> receive(std::chrono::seconds patience);
  std::unique_ptr<LineChannel> channel_;
  Options options_;
  std::int64_t next_id_ = 1;
  bool lost_ = false;
  std::uint64_t bytes_ = 0;
  std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
};

}  // namespace rescue::worker
