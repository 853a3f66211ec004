#include "worker.hpp"

#include <pistache/peer.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

namespace rescue::http {
namespace {

using Pistache::Polling::NotifyOn;
using Steady = std::chrono::steady_clock;

constexpr long kTickNs = 100'000'000;
/// A client that always has more to say gives way to the others of its thread after so many steps.
constexpr int kStepsMax = 32;
constexpr std::size_t kArrivalsPerTick = 64;
/// A loop that has been at one round for so long is held up by a handler: others go first.
constexpr std::int64_t kHeldUpNs = 2'000'000;
constexpr int kHeldUpWeight = 1'000'000;

/// Pistache wants a handler; this one is never asked, because Worker::onReady reads for itself.
class Silent final : public Pistache::Tcp::Handler {
  PROTOTYPE_OF(Pistache::Tcp::Handler, Silent)
 public:
  void onInput(const char*, std::size_t, const std::shared_ptr<Pistache::Tcp::Peer>&) override {}
};

int checked(int fd, const char* what) {
  if (fd < 0) throw std::system_error(errno, std::generic_category(), what);
  return fd;
}

/// Empties an eventfd or timerfd and says how often it was set.
std::uint64_t empty(int fd) {
  std::uint64_t count = 0;
  ssize_t got = -1;
  do {
    got = ::read(fd, &count, sizeof count);
  } while (got < 0 && errno == EINTR);
  return got == sizeof count ? count : 0;
}

std::int64_t steady_ns() {
  return Steady::now().time_since_epoch().count();
}

/// As epoll sees it, which reports it for ever: bytes that were not read yet, or the end of the client's
/// side, would hide it from a look at the data.
bool has_failed(int fd) {
  pollfd look{fd, 0, 0};
  return ::poll(&look, 1, 0) > 0 && (look.revents & (POLLERR | POLLHUP)) != 0;
}

Pistache::Address address_of(int fd) {
  sockaddr_storage from{};
  socklen_t size = sizeof from;
  if (::getpeername(fd, reinterpret_cast<sockaddr*>(&from), &size) != 0) {
    throw std::system_error(errno, std::generic_category(), "getpeername");
  }
  return Pistache::Address::fromUnix(reinterpret_cast<sockaddr*>(&from));
}

}  // namespace

void Arrivals::push(Arrival arrival) {
  const std::lock_guard lock(mutex_);
  waiting_.push_back(arrival);
}

std::vector<Arrivals::Arrival> Arrivals::take(std::size_t count) {
  const std::lock_guard lock(mutex_);
  std::vector<Arrival> out;
  while (!waiting_.empty() && out.size() < count) {
    out.push_back(waiting_.front());
    waiting_.pop_front();
  }
  return out;
}

Worker::Worker(std::shared_ptr<Shared> shared)
    : Transport(std::make_shared<Silent>()),
      shared_(std::move(shared)),
      late_(std::make_shared<LateAnswers>()) {}

// The loop's thread has ended. Pistache leaves its peers' descriptors open.
Worker::~Worker() {
  for (const auto& [fd, client] : clients_) ::close(fd);
  shared_->open -= static_cast<int>(clients_.size());
  shared_->connections.add(-static_cast<double>(clients_.size()));
  if (timer_fd_ >= 0) ::close(timer_fd_);
  if (wake_fd_ >= 0) ::close(wake_fd_);
}

std::shared_ptr<Pistache::Aio::Handler> Worker::clone() const {
  return std::make_shared<Worker>(shared_);
}

void Worker::registerPoller(Pistache::Polling::Epoll& poller) {
  Transport::registerPoller(poller);
  timer_fd_ = checked(::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC), "timerfd_create");
  const itimerspec every{.it_interval = {0, kTickNs}, .it_value = {0, kTickNs}};
  checked(::timerfd_settime(timer_fd_, 0, &every, nullptr), "timerfd_settime");
  wake_fd_ = checked(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC), "eventfd");
  for (const int fd : {timer_fd_, wake_fd_, late_->fd()}) {
    poller.addFd(fd, Pistache::Flags<NotifyOn>(NotifyOn::Read),
                 Pistache::Polling::Tag(static_cast<std::uint64_t>(fd)));
  }
}

// Pistache's own queue between threads can lose its wake-up (it empties the eventfd after it has found the
// queue empty), so sockets come by one of our own.
void Worker::hand_over(int fd) {
  ++held_;
  shared_->arrivals.push({.fd = fd, .chosen = this});
  wake();
}

void Worker::wake() const {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written =
      ::write(wake_fd_, &one, sizeof one);  // full means: it will wake anyway
}

int Worker::load() const {
  const std::int64_t since = busy_since_;
  return held_ + (since != 0 && steady_ns() - since > kHeldUpNs ? kHeldUpWeight : 0);
}

void Worker::onReady(const Pistache::Aio::FdSet& fds) {
  busy_since_ = steady_ns();
  // An exception that left this function would end the process.
  try {
    bool ticked = false;
    for (const auto& entry : fds) {
      const int fd = static_cast<int>(entry.getTag().value());
      if (fd == wake_fd_) {
        take_arrivals(empty(wake_fd_));
        ticked = ticked || shared_->draining;
      } else if (fd == timer_fd_) {
        empty(timer_fd_);
        take_arrivals(kArrivalsPerTick);
        ticked = true;
      } else if (fd == late_->fd()) {
        take_late_answers();
      } else {
        serve(fd);
      }
    }
    if (ticked) tick();
  } catch (const std::exception& thrown) {
    shared_->log->error("http.loop_failed", {{"detail", thrown.what()}});
  } catch (...) {
    shared_->log->error("http.loop_failed");
  }
  busy_since_ = 0;
}

void Worker::take_arrivals(std::size_t count) {
  for (const auto& [fd, chosen] : shared_->arrivals.take(count)) {
    --chosen->held_;
    ++held_;
    try {
      add(fd);
    } catch (const std::exception&) {  // the client has left already
      if (clients_.contains(fd)) {
        close_client(fd);
      } else {
        ::close(fd);
        --held_;
        --shared_->open;
      }
    }
  }
}

void Worker::take_late_answers() {
  std::vector<int> answered;
  {
    // Told of before they are sent.
    const log::Logger::Together together(*shared_->log);
    for (auto& late : late_->take()) {
      const auto place = waiting_.find(late.ticket);
      if (place == waiting_.end()) {
        // Its client has gone. What was done is told all the same, in log and metrics.
        (void)shared_->dispatcher->finish(*late.exchange, std::move(late.result), false);
        continue;
      }
      answered.push_back(place->second);
      waiting_.erase(place);
      clients_.at(answered.back()).connection.answered(std::move(late), Steady::now());
    }
  }
  for (const int fd : answered) serve(fd);
}

void Worker::add(int fd) {
  auto peer = Pistache::Tcp::Peer::Create(fd, address_of(fd));
  handleNewPeer(peer);  // on its own thread: enters the table and registers with epoll
  clients_.emplace(
      fd, Client{.peer = std::move(peer),
                 .connection = Connection(*shared_->dispatcher, shared_->limits, Steady::now(), late_)});
  shared_->connections.add(1);
  serve(fd);
}

void Worker::serve(int fd) {
  const auto it = clients_.find(fd);
  if (it == clients_.end()) return;  // closed earlier in this round
  try {
    serve_client(fd, it->second);
  } catch (const std::exception& thrown) {
    // Memory, mostly. Its connection cannot be trusted to be in step any more; the others can.
    shared_->log->error("http.connection_failed", {{"detail", thrown.what()}});
    close_client(fd);
  }
}

void Worker::serve_client(int fd, Client& client) {
  if (client.connection.waits_for() != 0) return serve_waiting(fd, client);
  bool healthy = true;
  bool progress = true;
  for (int steps = 0; healthy && progress && steps < kStepsMax; ++steps) {
    progress = false;
    healthy = step(fd, client, progress) && !client.connection.is_over();
  }
  if (!healthy) return close_client(fd);
  // Most answers come before the client says anything more: until it does, epoll need not be told.
  if (client.connection.waits_for() == 0) wait_for(fd, client, progress);
}

/// Something came while the answer is waited for: the client's next request, or its end.
void Worker::serve_waiting(int fd, Client& client) {
  if (has_failed(fd)) return close_client(fd);
  wait_for(fd, client, false);
}

bool Worker::step(int fd, Client& client, bool& progress) {
  auto& connection = client.connection;
  const bool had_output = !connection.output().empty();
  if (had_output && !send_some(fd, client, progress)) return false;
  const bool answered = had_output && connection.output().empty() && connection.wants_input();
  if (connection.lingers() && !client.write_side_shut) {
    ::shutdown(fd, SHUT_WR);
    client.write_side_shut = true;
  }
  if (connection.work(Steady::now())) {
    if (const auto ticket = connection.waits_for(); ticket != 0) waiting_.emplace(ticket, fd);
    progress = true;
    return true;
  }
  // What comes after an answer is reported by epoll; looking for it at once would mostly be for nothing.
  if (answered) progress = false;
  return answered || !connection.wants_input() || receive_some(fd, client, progress);
}

bool Worker::send_some(int fd, Client& client, bool& progress) {
  const auto bytes = client.connection.output();
  const auto sent = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (sent < 0) return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
  client.connection.sent(static_cast<std::size_t>(sent), Steady::now());
  progress = true;
  return true;
}

bool Worker::receive_some(int fd, Client& client, bool& progress) {
  std::array<char, 16 * 1024> buffer;
  const auto received = ::recv(fd, buffer.data(), buffer.size(), 0);
  if (received < 0) return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
  progress = true;
  if (received == 0) {
    client.connection.end_of_input();
  } else {
    client.connection.receive({buffer.data(), static_cast<std::size_t>(received)}, Steady::now());
  }
  return true;
}

// Level-triggered: what is not done now is reported again. A socket that can be written is reported at once,
// which gives the other clients their turn before this one's next step.
void Worker::wait_for(int fd, Client& client, bool more_work) {
  const bool write = more_work || !client.connection.output().empty();
  const auto interest = write                             ? NotifyOn::Write
                        : client.connection.wants_input() ? NotifyOn::Read
                                                          : NotifyOn::Hangup;
  if (interest == client.interest) return;
  reactor()->modifyFd(key(), fd, interest, Pistache::Polling::Mode::Level);
  client.interest = interest;
}

void Worker::tick() {
  const auto now = Steady::now();
  std::vector<int> due;
  for (const auto& [fd, client] : clients_) {
    if (shared_->draining || client.connection.deadline() <= now) due.push_back(fd);
  }
  for (const int fd : due) {
    // A handler may have kept this thread: what came meanwhile was in time.
    serve(fd);
    const auto it = clients_.find(fd);
    if (it == clients_.end()) continue;
    if (shared_->draining) it->second.connection.drain(Steady::now());
    if (it->second.connection.deadline() <= Steady::now()) it->second.connection.expire(Steady::now());
    serve(fd);
  }
}

void Worker::close_client(int fd) {
  const auto it = clients_.find(fd);
  if (it == clients_.end()) return;
  const auto peer = it->second.peer;
  waiting_.erase(it->second.connection.waits_for());
  clients_.erase(it);
  shared_->connections.add(-1);
  --held_;
  removePeer(peer);  // leaves the table and epoll, then closes
  --shared_->open;
}

}  // namespace rescue::http
