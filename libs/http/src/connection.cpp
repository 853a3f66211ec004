#include "connection.hpp"

#include <utility>

#include "rescue/base/failpoint.hpp"

namespace rescue::http {
namespace {

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
/// For a connection that may be about to send its first request, and for the rest of a request that has
/// begun.
constexpr std::chrono::milliseconds kDrainGraceUnused{500};
constexpr std::chrono::milliseconds kDrainGraceBegun{2'000};

}  // namespace

Connection::Connection(const Dispatcher& dispatcher, const ConnectionLimits& limits, Time now,
                       std::shared_ptr<LateAnswers> late)
    : dispatcher_(&dispatcher),
      limits_(&limits),
      late_(std::move(late)),
      deadline_(now + limits.request_timeout) {}

bool Connection::wants_input() const {
  if (input_ended_ || phase_ == Phase::kOver || phase_ == Phase::kWaiting) return false;
  if (phase_ == Phase::kLingering) return true;
  if (!output().empty()) return false;
  const auto wanted = phase_ == Phase::kBody ? exchange_.content_length : limits_->head.head_bytes_max;
  return input_.size() < wanted;
}

void Connection::receive(std::string_view bytes, Time now) {
  if (phase_ == Phase::kLingering) {
    dropped_bytes_ += bytes.size();
    if (dropped_bytes_ > limits_->linger_bytes_max) phase_ = Phase::kOver;
    return;
  }
  if (phase_ == Phase::kOver || bytes.empty()) return;
  if (is_idle()) deadline_ = now + limits_->request_timeout;
  used_ = true;
  input_.append(bytes);
}

void Connection::end_of_input() {
  input_ended_ = true;
}

bool Connection::work(Time now) {
  if (!output().empty()) return false;
  if (phase_ == Phase::kHead) return read_head(now);
  if (phase_ != Phase::kBody || input_.size() < exchange_.content_length) return false;
  answer(now);
  return true;
}

/// True when the phase has changed.
bool Connection::read_head(Time now) {
  // One empty line before a request is forgiven (RFC 9112 section 2.2).
  const std::size_t skip = input_.starts_with("\r\n") ? 2 : 0;
  const auto bytes = std::string_view(input_).substr(skip);
  const auto end = find_head_end(bytes, limits_->head);
  if (!end) {
    answer_fault(end.error(), now);
    return true;
  }
  if (!*end) return false;
  auto head = parse_head(bytes.substr(0, **end), limits_->head);
  if (!head) {
    answer_fault(head.error(), now);
    return true;
  }
  input_.erase(0, skip + **end);
  exchange_ = dispatcher_->admit(*std::move(head));
  phase_ = Phase::kBody;
  if (exchange_.refusal) {
    // A body that is announced and not read would stand where the next request is looked for.
    exchange_.keep_alive = exchange_.keep_alive && exchange_.content_length == 0;
    exchange_.content_length = 0;
  } else if (exchange_.expects_continue && input_.size() < exchange_.content_length) {
    output_ = kContinue;
  }
  return true;
}

void Connection::answer(Time now) {
  exchange_.request.body = input_.substr(0, exchange_.content_length);
  input_.erase(0, exchange_.content_length);
  if (Dispatcher::is_late(exchange_)) return begin_late_answer();
  const bool keep_alive = exchange_.keep_alive && !draining_;
  output_ = dispatcher_->answer(exchange_, keep_alive);
  output_sent_ = 0;
  output_is_answer_ = Dispatcher::is_of_the_api(exchange_);
  exchange_ = Exchange();
  after_answer(keep_alive, now);
}

void Connection::begin_late_answer() {
  phase_ = Phase::kWaiting;
  ticket_ = late_->next_ticket();
  deadline_ = Time::max();
  // The client may go before its answer comes, and this object with it.
  const auto exchange = std::make_shared<Exchange>(std::move(exchange_));
  exchange_ = Exchange();
  dispatcher_->begin(*exchange, [late = late_, ticket = ticket_, exchange](Result<Response> result) {
    late->push({ticket, exchange, std::move(result)});
  });
}

void Connection::answered(LateAnswers::Late late, Time now) {
  const bool keep_alive = late.exchange->keep_alive && !draining_;
  output_ = dispatcher_->finish(*late.exchange, std::move(late.result), keep_alive);
  output_sent_ = 0;
  output_is_answer_ = Dispatcher::is_of_the_api(*late.exchange);
  after_answer(keep_alive, now);
}

void Connection::answer_fault(const Error& error, Time now) {
  output_ = dispatcher_->answer_fault(error);
  output_sent_ = 0;
  after_answer(false, now);
}

void Connection::after_answer(bool keep_alive, Time now) {
  phase_ = keep_alive ? Phase::kHead : Phase::kLingering;
  if (!keep_alive) input_.clear();
  deadline_ = now + limits_->request_timeout;
}

std::string_view Connection::output() const {
  return std::string_view(output_).substr(output_sent_);
}

void Connection::sent(std::size_t bytes, Time now) {
  output_sent_ += bytes;
  deadline_ = now + limits_->request_timeout;
  if (!output().empty()) return;
  output_.clear();
  output_sent_ = 0;
  if (std::exchange(output_is_answer_, false) && failpoint("http.answer.sent")) phase_ = Phase::kOver;
  if (phase_ == Phase::kLingering) {
    deadline_ = now + limits_->linger_timeout;
  } else if (phase_ == Phase::kHead && input_.empty()) {
    deadline_ = now + limits_->keep_alive_timeout;
  }
}

bool Connection::is_over() const {
  return phase_ == Phase::kOver || (input_ended_ && output().empty() && phase_ != Phase::kWaiting);
}

void Connection::expire(Time now) {
  const bool half_a_request =
      output().empty() && (phase_ == Phase::kBody || (phase_ == Phase::kHead && !input_.empty()));
  if (!half_a_request) {
    phase_ = Phase::kOver;
    return;
  }
  answer_fault({ErrorCode::kTimeout, "request-time-out", "send the whole request in time"}, now);
}

void Connection::drain(Time now) {
  if (draining_) return;
  draining_ = true;
  if (is_idle() && used_) {
    phase_ = Phase::kOver;
  } else if (output().empty() && phase_ != Phase::kLingering && phase_ != Phase::kWaiting) {
    deadline_ = std::min(deadline_, now + (is_idle() ? kDrainGraceUnused : kDrainGraceBegun));
  }
}

}  // namespace rescue::http
