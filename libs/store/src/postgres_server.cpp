#include "postgres_server.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace rescue::store {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds kPauseFirst{100};
constexpr milliseconds kPauseMax{1'000};
/// More than statement_timeout: the server itself had its chance to say no.
constexpr seconds kAnswerMax{20};
constexpr seconds kLookEvery{1};

/// Added where the URL does not say. Seconds, but for tcp_user_timeout (ms).
constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kUrlDefaults{
    {{"connect_timeout", "3"},
     {"keepalives_idle", "5"},
     {"keepalives_interval", "5"},
     {"keepalives_count", "2"},
     {"tcp_user_timeout", "15000"},
     {"client_encoding", "UTF8"},
     {"application_name", "rescue"}}};

std::string with_defaults(std::string url) {
  for (const auto& [key, value] : kUrlDefaults) {
    if (url.find(std::string(key) + "=") != std::string::npos) continue;
    url += url.find('?') == std::string::npos ? '?' : '&';
    url.append(key).append("=").append(value);
  }
  return url;
}

}  // namespace

PostgresServer::PostgresServer(const std::string& url)
    : url_(with_defaults(url)), watcher_([this] { watch(); }) {}

PostgresServer::~PostgresServer() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  stopped_.notify_all();
  watcher_.join();
}

Status PostgresServer::may_connect() const {
  const std::lock_guard lock(mutex_);
  return Clock::now() < next_try_ ? last_ : Status();
}

void PostgresServer::note(const Status& connected) {
  const std::lock_guard lock(mutex_);
  last_ = connected;
  pause_ = connected ? milliseconds(0) : std::clamp(pause_ * 2, kPauseFirst, kPauseMax);
  next_try_ = Clock::now() + pause_;
}

void PostgresServer::watch() {
  std::unique_lock lock(mutex_);
  while (!stopped_.wait_for(lock, kLookEvery, [this] { return stopping_; })) {
    const auto late = awaited_.upper_bound(Clock::now());
    // Under the lock: whoever waits on it cannot close it meanwhile.
    for (auto at = awaited_.begin(); at != late; ++at) ::shutdown(at->second, SHUT_RDWR);
  }
}

PostgresServer::Watch::Watch(PostgresServer& server, int socket) : server_(server) {
  const std::lock_guard lock(server_.mutex_);
  place_ = server_.awaited_.emplace(Clock::now() + kAnswerMax, socket);
}

PostgresServer::Watch::~Watch() {
  const std::lock_guard lock(server_.mutex_);
  server_.awaited_.erase(place_);
}

}  // namespace rescue::store
