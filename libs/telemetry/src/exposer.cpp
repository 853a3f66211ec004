#include <arpa/inet.h>
#include <prometheus/exposer.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <stdexcept>
#include <thread>

#include "metrics_state.hpp"

namespace rescue::telemetry {
namespace {

constexpr std::chrono::milliseconds kKnockInterval{10};

void knock(int port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return;
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<std::uint16_t>(port));
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ::connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to);
  ::close(fd);
}

}  // namespace

struct Exposer::State {
  std::unique_ptr<prometheus::Exposer> exposer;
  std::shared_ptr<prometheus::Collectable> collectable;
};

Exposer::Exposer(const std::string& address, int port, Metrics& metrics) : state_(std::make_unique<State>()) {
  const auto bind = address + ":" + std::to_string(port);
  try {
    state_->exposer = std::make_unique<prometheus::Exposer>(bind, 1);
  } catch (const std::exception&) {
    throw std::runtime_error("cannot serve metrics on " + bind + ": is the port taken?");
  }
  state_->collectable = metrics.state_;
  state_->exposer->RegisterCollectable(state_->collectable);
}

// The server behind it looks only every two seconds whether it is to end, or when somebody connects.
Exposer::~Exposer() {
  std::atomic<bool> ended{false};
  std::thread knocker([&ended, port = port()] {
    while (!ended) {
      knock(port);
      std::this_thread::sleep_for(kKnockInterval);
    }
  });
  state_->exposer.reset();
  ended = true;
  knocker.join();
}

int Exposer::port() const {
  const auto ports = state_->exposer->GetListeningPorts();
  return ports.empty() ? 0 : ports.front();
}

}  // namespace rescue::telemetry
