#include "rescue/queue/testing/redis_server.hpp"

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>

#include "child.hpp"

namespace rescue::queue::testing {

RedisServer::RedisServer() : child_(std::make_unique<Child>()) {
  std::string directory = std::filesystem::temp_directory_path() / "rescue-redis-XXXXXX";
  if (::mkdtemp(directory.data()) == nullptr) throw std::runtime_error("cannot make " + directory);
  directory_ = directory;
  start();
}

RedisServer::~RedisServer() {
  child_->end(true);
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

RedisOptions RedisServer::options() const {
  RedisOptions options;
  options.host = directory_ + "/redis.sock";
  return options;
}

void RedisServer::start() {
  child_->start({"--port", "0", "--unixsocket", directory_ + "/redis.sock", "--dir", directory_, "--save", "",
                 "--appendonly", "yes", "--appendfsync", "always", "--logfile", directory_ + "/redis.log"},
                options());
}

void RedisServer::stop() {
  child_->end(false);
}

void RedisServer::kill() {
  child_->end(true);
}

void RedisServer::lose_data() {
  if (child_->running()) throw std::runtime_error("stop the server first");
  std::filesystem::remove_all(directory_ + "/appendonlydir");
}

void RedisServer::pause() {
  child_->signal(SIGSTOP);
}

void RedisServer::resume() {
  child_->signal(SIGCONT);
}

bool RedisServer::running() const {
  return child_->running();
}

std::string RedisServer::command(const std::vector<std::string>& words) const {
  return ask(options(), words);
}

}  // namespace rescue::queue::testing
