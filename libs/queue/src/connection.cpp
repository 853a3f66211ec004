#include "connection.hpp"

#include <csignal>
#include <mutex>

#include "rescue/base/failpoint.hpp"

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

}  // namespace

std::int64_t Reply::integer() const {
  return raw_ != nullptr && raw_->type == REDIS_REPLY_INTEGER ? std::int64_t{raw_->integer} : 0;
}

std::string Reply::text() const {
  if (raw_ == nullptr) return {};
  switch (raw_->type) {
    case REDIS_REPLY_STRING:
    case REDIS_REPLY_STATUS:
    case REDIS_REPLY_ERROR:
      return {raw_->str, static_cast<std::size_t>(raw_->len)};
    default:
      return {};
  }
}

std::size_t Reply::size() const {
  return raw_ != nullptr && raw_->type == REDIS_REPLY_ARRAY ? raw_->elements : 0;
}

Reply Reply::at(std::size_t index) const {
  return Reply(owner_, index < size() ? raw_->element[index] : nullptr);
}

tl::unexpected<Error> refused(const Reply& reply) {
  return fail(ErrorCode::kUnavailable, "redis-error", "Redis answered: " + reply.text());
}

tl::unexpected<Error> Connection::broken() {
  const std::string why = context_ == nullptr ? "out of memory" : context_->errstr;
  context_.reset();
  const std::string where =
      options_.host.starts_with('/') ? options_.host : options_.host + ":" + std::to_string(options_.port);
  return fail(ErrorCode::kUnavailable, "redis-unavailable", "Redis at " + where + ": " + why);
}

Status Connection::failpoint(const char* name) {
  if (!rescue::failpoint(name)) return {};
  context_.reset();
  return fail(ErrorCode::kUnavailable, "redis-unavailable", "Redis failed at a failpoint");
}

Status Connection::ensure() {
  if (context_) return {};
  ignore_sigpipe();
  const timeval timeout = to_timeval(options_.connect_timeout);
  context_.reset(options_.host.starts_with('/')
                     ? redisConnectUnixWithTimeout(options_.host.c_str(), timeout)
                     : redisConnectWithTimeout(options_.host.c_str(), options_.port, timeout));
  if (!context_ || context_->err != 0) return broken();
  if (redisSetTimeout(context_.get(), to_timeval(options_.command_timeout)) != REDIS_OK) return broken();
  RESCUE_TRY(log_in());
  ++generation_;
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

void Connection::append(const Command& command) {
  std::vector<const char*> arguments;
  std::vector<std::size_t> sizes;
  for (const std::string_view argument : command) {
    arguments.push_back(argument.data());
    sizes.push_back(argument.size());
  }
  redisAppendCommandArgv(context_.get(), static_cast<int>(command.size()), arguments.data(), sizes.data());
}

Result<Reply> Connection::receive() {
  void* raw = nullptr;
  if (redisGetReply(context_.get(), &raw) != REDIS_OK || raw == nullptr) return broken();
  return Reply(static_cast<redisReply*>(raw));
}

Result<Reply> Connection::run(const Command& command, std::chrono::milliseconds extra) {
  RESCUE_TRY(ensure());
  if (extra.count() == 0) {
    append(command);
    return receive();
  }
  if (redisSetTimeout(context_.get(), to_timeval(options_.command_timeout + extra)) != REDIS_OK) {
    return broken();
  }
  append(command);
  RESCUE_ASSIGN(Reply reply, receive());
  if (redisSetTimeout(context_.get(), to_timeval(options_.command_timeout)) != REDIS_OK) return broken();
  return reply;
}

Result<std::vector<Reply>> Connection::run_all(const std::vector<Command>& commands) {
  RESCUE_TRY(ensure());
  for (const Command& command : commands) append(command);
  std::vector<Reply> replies;
  for (std::size_t i = 0; i < commands.size(); ++i) {
    RESCUE_ASSIGN(Reply reply, receive());
    replies.push_back(std::move(reply));
  }
  return replies;
}

}  // namespace rescue::queue
