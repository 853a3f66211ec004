#include "child.hpp"

#include <hiredis/hiredis.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <stdexcept>
#include <thread>

namespace rescue::queue::testing {
namespace {

constexpr std::chrono::seconds kStartTimeout{20};

[[noreturn]] void become_server(std::vector<std::string> words, pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  // A service's process blocks SIGTERM, and children inherit that.
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  if (::getppid() != parent) ::_exit(127);
  std::vector<char*> arguments;
  for (auto& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  ::execvp(arguments[0], arguments.data());
  ::_exit(127);
}

std::string text_of(const redisReply& reply) {
  std::string out;
  switch (reply.type) {
    case REDIS_REPLY_INTEGER:
      return std::to_string(reply.integer);
    case REDIS_REPLY_ARRAY:
      for (std::size_t i = 0; i < reply.elements; ++i) {
        out += (i == 0 ? "" : " ") + text_of(*reply.element[i]);
      }
      return out;
    default:
      return reply.str == nullptr ? "" : std::string(reply.str, static_cast<std::size_t>(reply.len));
  }
}

}  // namespace

void Child::start(const std::vector<std::string>& arguments, const RedisOptions& options) {
  if (running()) return;
  std::vector<std::string> words{"redis-server"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  const pid_t parent = ::getpid();
  pid_ = ::fork();
  if (pid_ == 0) become_server(words, parent);
  if (pid_ < 0) throw std::runtime_error("cannot start redis-server");
  const auto deadline = std::chrono::steady_clock::now() + kStartTimeout;
  while (!Producer(options).ping()) {
    int status = 0;
    const bool ended = ::waitpid(pid_, &status, WNOHANG) == pid_;
    if (ended || std::chrono::steady_clock::now() > deadline) {
      if (ended) pid_ = -1;
      throw std::runtime_error("redis-server did not start (is it installed?)");
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

void Child::end(bool at_once) {
  if (!running()) return;
  ::kill(pid_, SIGCONT);
  ::kill(pid_, at_once ? SIGKILL : SIGTERM);
  int status = 0;
  ::waitpid(pid_, &status, 0);
  pid_ = -1;
}

void Child::signal(int number) const {
  ::kill(pid_, number);
}

std::string ask(const RedisOptions& options, const std::vector<std::string>& words) {
  redisContext* context = options.host.starts_with('/') ? redisConnectUnix(options.host.c_str())
                                                        : redisConnect(options.host.c_str(), options.port);
  std::vector<const char*> arguments;
  std::vector<std::size_t> sizes;
  for (const auto& word : words) {
    arguments.push_back(word.data());
    sizes.push_back(word.size());
  }
  auto* reply = context == nullptr || context->err != 0
                    ? nullptr
                    : static_cast<redisReply*>(redisCommandArgv(context, static_cast<int>(words.size()),
                                                                arguments.data(), sizes.data()));
  std::string text = reply == nullptr ? "" : text_of(*reply);
  const bool answered = reply != nullptr;
  freeReplyObject(reply);
  redisFree(context);
  if (!answered) throw std::runtime_error("redis-server does not answer");
  return text;
}

}  // namespace rescue::queue::testing
