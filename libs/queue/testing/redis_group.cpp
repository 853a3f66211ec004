#include "rescue/queue/testing/redis_group.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <thread>

#include "child.hpp"

namespace rescue::queue::testing {
namespace {

constexpr const char* kName = "rescue";

/// A port on loopback that was free a moment ago.
int free_port() {
  const int probe = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* at = reinterpret_cast<sockaddr*>(&address);
  const bool bound = ::bind(probe, at, size) == 0 && ::getsockname(probe, at, &size) == 0;
  ::close(probe);
  if (!bound) throw std::runtime_error("no free port");
  return ntohs(address.sin_port);
}

void wait_until(const char* what, const std::function<bool()>& state) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (!state()) {
    if (std::chrono::steady_clock::now() > deadline)
      throw std::runtime_error(std::string("not reached: ") + what);
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

bool says(const RedisOptions& server, const std::string& line) {
  return ask(server, {"INFO", "replication"}).find(line) != std::string::npos;
}

}  // namespace

RedisGroup::RedisGroup() {
  std::string directory = std::filesystem::temp_directory_path() / "rescue-redis-XXXXXX";
  if (::mkdtemp(directory.data()) == nullptr) throw std::runtime_error("cannot make " + directory);
  directory_ = directory;
  for (auto& port : ports_) port = free_port();
  for (auto& port : sentinel_ports_) port = free_port();
  for (auto& child : servers_) child = std::make_unique<Child>();
  for (auto& child : sentinels_) child = std::make_unique<Child>();
  start_server(0, 0);
  start_server(1, 0);
  for (std::size_t i = 0; i < sentinels_.size(); ++i) start_sentinel(i);
  wait_until("three sentinels that agree", [this] {
    const std::string known = ask_sentinel({"SENTINEL", "CKQUORUM", kName});
    return known.starts_with("OK 3") && !ask_sentinel({"SENTINEL", "REPLICAS", kName}).empty();
  });
}

RedisGroup::~RedisGroup() {
  for (auto& child : sentinels_) child->end(true);
  for (auto& child : servers_) child->end(true);
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

RedisOptions RedisGroup::server(std::size_t number) const {
  RedisOptions options;
  options.port = ports_.at(number);
  return options;
}

RedisOptions RedisGroup::options() const {
  RedisOptions options;
  options.port = 1;  // nobody there: the sentinels are asked
  options.master_name = kName;
  for (const int port : sentinel_ports_) options.sentinels.push_back({"127.0.0.1", port});
  return options;
}

void RedisGroup::start_server(std::size_t number, std::size_t master) {
  const std::string port = std::to_string(ports_.at(number));
  const std::string place = directory_ + "/" + port;
  std::filesystem::create_directories(place);
  std::vector<std::string> arguments{"--bind",
                                     "127.0.0.1",
                                     "--port",
                                     port,
                                     "--dir",
                                     place,
                                     "--save",
                                     "",
                                     "--appendonly",
                                     "yes",
                                     "--logfile",
                                     place + "/redis.log",
                                     "--repl-diskless-sync-delay",
                                     "0"};
  if (number != master)
    arguments.insert(arguments.end(), {"--replicaof", "127.0.0.1", std::to_string(ports_.at(master))});
  servers_.at(number)->start(arguments, server(number));
  if (number != master) {
    wait_until("a replica that follows", [&] { return says(server(number), "master_link_status:up"); });
  }
}

void RedisGroup::start_sentinel(std::size_t number) {
  RedisOptions options;
  options.port = sentinel_ports_.at(number);
  const std::string path = directory_ + "/sentinel-" + std::to_string(number) + ".conf";
  std::ofstream(path) << "bind 127.0.0.1\nport " << options.port << "\ndir " << directory_ << "\nlogfile "
                      << path << ".log"
                      << "\nsentinel monitor " << kName << " 127.0.0.1 " << ports_[0] << " 2"
                      << "\nsentinel down-after-milliseconds " << kName << " 500"
                      << "\nsentinel failover-timeout " << kName << " 2000\n";
  sentinels_.at(number)->start({path, "--sentinel"}, options);
}

std::string RedisGroup::ask_sentinel(const std::vector<std::string>& words) const {
  RedisOptions options;
  options.port = sentinel_ports_[0];
  return ask(options, words);
}

void RedisGroup::fail_over() {
  servers_.at(master_)->end(true);
  const std::size_t next = 1 - master_;
  const std::string place = "127.0.0.1 " + std::to_string(ports_.at(next));
  wait_until("another master", [&] {
    return ask_sentinel({"SENTINEL", "GET-MASTER-ADDR-BY-NAME", kName}) == place &&
           says(server(next), "role:master");
  });
  master_ = next;
}

void RedisGroup::revive() {
  const std::size_t other = 1 - master_;
  start_server(other, master_);
  wait_until("sentinels that see the replica", [&] {
    return ask_sentinel({"SENTINEL", "REPLICAS", kName}).find("flags slave ") != std::string::npos;
  });
}

void RedisGroup::cut_replication() {
  const RedisOptions replica = server(1 - master_);
  ask(replica, {"CONFIG", "SET", "masterauth", "what the master does not know"});
  ask(replica, {"CLIENT", "KILL", "TYPE", "master"});
  wait_until("a replica that follows no more", [&] { return says(replica, "master_link_status:down"); });
}

std::string RedisGroup::command(const std::vector<std::string>& words) const {
  return ask(server(master_), words);
}

}  // namespace rescue::queue::testing
