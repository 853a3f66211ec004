#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "late_answers.hpp"

namespace rescue::http {

struct ConnectionLimits {
  HeadLimits head;
  std::chrono::milliseconds request_timeout{10'000};
  std::chrono::milliseconds keep_alive_timeout{60'000};
  std::chrono::milliseconds linger_timeout{2'000};
  std::size_t linger_bytes_max = 16 * 1024 * 1024;
};

/// What one client has sent and is yet to get: HTTP/1.1's framing without a socket, so that tests feed it
/// bytes. One request at a time, in order: the next one is looked at only when the answer before it has left.
/// After any fault, and whenever a body stays unread, the connection ends: left-over bytes are never read as
/// a request. One thread.
class Connection {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// Late answers come to `late`, for whoever runs the loop to hand them to `answered`.
  Connection(const Dispatcher& dispatcher, const ConnectionLimits& limits, Time now,
             std::shared_ptr<LateAnswers> late);

  /// True while more bytes may be given to receive().
  bool wants_input() const;
  void receive(std::string_view bytes, Time now);
  /// The client will send no more.
  void end_of_input();
  /// Answers the next complete request, if there is one and the output is empty. Runs its handler. False when
  /// nothing could be done.
  bool work(Time now);
  /// What the answer that is waited for will be known by; 0: none is.
  LateAnswers::Ticket waits_for() const { return phase_ == Phase::kWaiting ? ticket_ : 0; }
  /// It is there.
  void answered(LateAnswers::Late late, Time now);
  /// Bytes for the client; sent() takes them off. The view ends with the next call that changes the
  /// connection.
  std::string_view output() const;
  void sent(std::size_t bytes, Time now);
  /// The last answer has left: the sending side is to be shut down, what still comes is dropped by receive().
  bool lingers() const { return phase_ == Phase::kLingering && output().empty(); }
  /// Nothing is left to do: close the socket.
  bool is_over() const;

  /// When expire() is to be called; what it does depends on what the connection is waiting for.
  Time deadline() const { return deadline_; }
  /// Nothing came or left in time: 408 for half a request, silence otherwise.
  void expire(Time now);
  /// The server is to end: an idle connection is over, the others after their next answer. A connection that
  /// has not yet sent a byte gets a short grace.
  void drain(Time now);

 private:
  enum class Phase { kHead, kBody, kWaiting, kLingering, kOver };

  bool read_head(Time now);
  void answer(Time now);
  void begin_late_answer();
  void answer_fault(const Error& error, Time now);
  void after_answer(bool keep_alive, Time now);
  void linger(Time now);
  bool is_idle() const { return phase_ == Phase::kHead && input_.empty() && output().empty(); }

  const Dispatcher* dispatcher_;
  const ConnectionLimits* limits_;
  std::shared_ptr<LateAnswers> late_;
  LateAnswers::Ticket ticket_ = 0;  ///< valid in kWaiting
  Phase phase_ = Phase::kHead;
  std::string input_;
  std::string output_;
  std::size_t output_sent_ = 0;
  bool output_is_answer_ = false;  ///< to a request of the API
  Exchange exchange_;              ///< valid in kBody
  std::size_t dropped_bytes_ = 0;
  bool used_ = false;
  bool input_ended_ = false;
  bool draining_ = false;
  Time deadline_;
};

}  // namespace rescue::http
