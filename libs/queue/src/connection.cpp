#include "connection.hpp"

#include <poll.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstring>
#include <mutex>

#include "rescue/base/failpoint.hpp"
#include "sentinel.hpp"

namespace rescue::queue {
namespace {

timeval to_timeval(std::chrono::milliseconds time) {
  timeval out{};
  out.tv_sec = time.count() / 1'000;
  out.tv_usec = (time.count() % 1'000) * 1'000;
  return out;
}

/// hiredis 0.14 writes with write(): a connection that Redis closed would end the process.
void ignore_sigpipe() {
  static std::once_flag once;
  std::call_once(once, [] { std::signal(SIGPIPE, SIG_IGN); });
}

/// "*3\r\n" or "$3\r\n" of the protocol (RESP2, redis.io/docs/reference/protocol-spec).
void append_count(std::string& out, char kind, std::size_t count) {
  std::array<char, 24> digits;
  const auto end = std::to_chars(digits.begin(), digits.end(), count).ptr;
  out += kind;
  out.append(digits.begin(), end);
  out += "\r\n";
}

}  // namespace

std::string Connection::name() const {
  return host_.starts_with('/') ? host_ : host_ + ":" + std::to_string(port_);
}

tl::unexpected<Error> Connection::leave(const std::string& why) {
  context_.reset();
  out_.clear();
  return fail(ErrorCode::kUnavailable, "redis-unavailable", "Redis at " + name() + ": " + why);
}

tl::unexpected<Error> Connection::broken() {
  return leave(context_ ? std::string(&context_->errstr[0]) : std::string("out of memory"));
}

Status Connection::failpoint(const char* name) {
  if (!rescue::failpoint(name)) return {};
  context_.reset();
  return fail(ErrorCode::kUnavailable, "redis-unavailable", "Redis failed at a failpoint");
}

Status Connection::ensure() {
  if (no_master_) context_.reset();
  if (context_) return {};
  no_master_ = false;
  out_.clear();
  host_ = options_.host;
  port_ = options_.port;
  if (!options_.sentinels.empty()) {
    RESCUE_ASSIGN(const Address master, find_master(options_));
    host_ = master.host;
    port_ = master.port;
  }
  RESCUE_TRY(connect());
  RESCUE_TRY(log_in());
  if (!options_.sentinels.empty()) RESCUE_TRY(require_master());
  ++generation_;
  return {};
}

Status Connection::connect() {
  ignore_sigpipe();
  const timeval timeout = to_timeval(options_.connect_timeout);
  context_.reset(host_.starts_with('/') ? redisConnectUnixWithTimeout(host_.c_str(), timeout)
                                        : redisConnectWithTimeout(host_.c_str(), port_, timeout));
  if (!context_ || context_->err != 0) return broken();
  if (redisSetTimeout(context_.get(), to_timeval(options_.command_timeout)) != REDIS_OK) return broken();
  return {};
}

Status Connection::log_in() {
  if (options_.password.empty()) return {};
  append(options_.user.empty() ? Command{"AUTH", options_.password}
                               : Command{"AUTH", options_.user, options_.password});
  RESCUE_ASSIGN(const Reply reply, receive());
  if (!reply.is_error()) return {};
  context_.reset();
  return refused(reply);
}

/// Sentinels may name one that was master a moment ago, and it may not know yet that it no longer is.
Status Connection::require_master() {
  append(Command{"ROLE"});
  RESCUE_ASSIGN(const Reply reply, receive());
  if (reply.at(0).text() == "master") return {};
  if (!reply.is_error()) return leave("it is no master");
  context_.reset();
  return refused(reply);
}

void Connection::append(std::span<const std::string_view> command) {
  append_count(out_, '*', command.size());
  for (const std::string_view argument : command) {
    append_count(out_, '$', argument.size());
    out_.append(argument).append("\r\n");
  }
}

Status Connection::flush() {
  if (out_.empty()) return {};
  if (redisAppendFormattedCommand(context_.get(), out_.data(), out_.size()) != REDIS_OK) return broken();
  out_.clear();
  int done = 0;
  while (done == 0) {
    if (redisBufferWrite(context_.get(), &done) != REDIS_OK) return broken();
  }
  return {};
}

Result<Reply> Connection::receive() {
  RESCUE_TRY(flush());
  void* raw = nullptr;
  if (redisGetReply(context_.get(), &raw) != REDIS_OK || raw == nullptr) return broken();
  Reply reply(static_cast<redisReply*>(raw));
  // It has become a replica: what is under way is still answered, what comes next needs another one.
  if (reply.is_error() && reply.text().starts_with("READONLY")) no_master_ = true;
  return reply;
}

Result<bool> Connection::wait(std::chrono::milliseconds time, const Wake& wake) {
  RESCUE_TRY(flush());
  std::array<pollfd, 2> ready{{{context_->fd, POLLIN, 0}, {wake.descriptor(), POLLIN, 0}}};
  if (::poll(ready.data(), ready.size(), static_cast<int>(time.count())) < 0 && errno != EINTR) {
    return leave(std::strerror(errno));
  }
  if (ready[1].revents != 0) wake.clear();
  return ready[0].revents != 0;
}

Result<Reply> Connection::run(const Command& command) {
  RESCUE_TRY(ensure());
  append(command);
  return receive();
}

Result<Reply> Connection::run_script(Script& script, const Command& arguments) {
  RESCUE_TRY(ensure());
  for (bool again = false;; again = true) {
    if (script.generation != generation_) {
      RESCUE_ASSIGN(Reply loaded, run({"SCRIPT", "LOAD", script.text}));
      if (loaded.is_error()) return loaded;
      script.sha1 = loaded.text();
      script.generation = generation_;
    }
    Command command{"EVALSHA", script.sha1};
    command.insert(command.end(), arguments.begin(), arguments.end());
    RESCUE_ASSIGN(Reply reply, run(command));
    if (again || !reply.text().starts_with("NOSCRIPT")) return reply;
    script.generation = 0;  // somebody has flushed the scripts: it is sent again, once
  }
}

}  // namespace rescue::queue
