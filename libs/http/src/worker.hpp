#pragma once

#include <pistache/tcp.h>
#include <pistache/transport.h>

#include <atomic>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "connection.hpp"

namespace rescue::http {

class Worker;

/// Connected sockets on their way from the accepting thread to a loop. One loop is woken for each; when that
/// one is held up by its handler, another takes the socket at its next tick. Thread-safe.
class Arrivals {
 public:
  struct Arrival {
    int fd = -1;
    Worker* chosen = nullptr;
  };
  void push(Arrival arrival);
  /// At most `count`, the oldest first.
  std::vector<Arrival> take(std::size_t count);

 private:
  std::mutex mutex_;
  std::deque<Arrival> waiting_;
};

/// What the threads of one server share. Outlives them.
struct Shared {
  const Dispatcher* dispatcher = nullptr;
  ConnectionLimits limits;
  const log::Logger* log = nullptr;
  telemetry::Gauge connections;
  std::atomic<int> open{0};  ///< connections of all threads
  std::atomic<bool> draining{false};
  Arrivals arrivals;
};

/// One event loop of Pistache with the connections it serves. Pistache gives the loop, the epoll registration
/// and the table of peers; reading, HTTP's framing, writing, time-outs and closing are done here, all on the
/// loop's own thread and only while the peer is still in the table, so that bytes cannot reach another client
/// that has got the same file descriptor meanwhile.
class Worker final : public Pistache::Tcp::Transport {
 public:
  explicit Worker(std::shared_ptr<Shared> shared);
  ~Worker() override;
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  /// Gives the loop (or another one that is free sooner) a connected, non-blocking socket, which it owns from
  /// here on. From any thread.
  void hand_over(int fd);
  /// Makes the loop look at Shared::draining. From any thread.
  void wake() const;
  /// How much there is to do: the accepting thread gives a connection to the loop with the least.
  int load() const;

  // Pistache::Aio::Handler
  std::shared_ptr<Pistache::Aio::Handler> clone() const override;
  void registerPoller(Pistache::Polling::Epoll& poller) override;
  void onReady(const Pistache::Aio::FdSet& fds) override;

 private:
  struct Client {
    std::shared_ptr<Pistache::Tcp::Peer> peer;
    Connection connection;
    Pistache::Polling::NotifyOn interest = Pistache::Polling::NotifyOn::None;
    bool write_side_shut = false;
  };

  void take_arrivals(std::size_t count);
  void take_late_answers();
  void add(int fd);
  /// Does all that can be done now, bounded; then tells epoll what to wait for, or closes.
  void serve(int fd);
  void serve_client(int fd, Client& client);
  void serve_waiting(int fd, Client& client);
  /// False when the socket failed.
  bool step(int fd, Client& client, bool& progress);
  bool send_some(int fd, Client& client, bool& progress);
  bool receive_some(int fd, Client& client, bool& progress);
  void wait_for(int fd, Client& client, bool more_work);
  void tick();
  void close_client(int fd);

  std::shared_ptr<Shared> shared_;
  int timer_fd_ = -1;
  int wake_fd_ = -1;
  std::map<int, Client> clients_;
  std::shared_ptr<LateAnswers> late_;
  std::unordered_map<LateAnswers::Ticket, int> waiting_;  ///< whose answer goes to which client
  std::atomic<int> held_{0};                 ///< clients, and sockets that this loop was chosen for
  std::atomic<std::int64_t> busy_since_{0};  ///< steady clock, ns; 0: waiting for events
};

}  // namespace rescue::http
