#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "rescue/base/result.hpp"
#include "rescue/queue/transport.hpp"

namespace rescue::queue {

struct Address {
  std::string host;
  int port = 0;
};

struct RedisOptions {
  std::string host = "127.0.0.1";  ///< or the absolute path of a Unix socket; `port` is ignored then
  int port = 6379;
  /// Where there are any, they are asked at each connect where the master `master_name` is, in turn until one
  /// knows; `host` and `port` are ignored then.
  std::vector<Address> sentinels;
  std::string master_name;
  std::string sentinel_user;
  std::string sentinel_password;
  std::chrono::milliseconds sentinel_timeout{500};
  std::string user;
  std::string password;
  /// Shared by all services, not known to Redis: the first seals what is sent, any of them opens what comes.
  /// None: nothing is sealed and everything is taken, for tests.
  std::vector<std::string> secrets;
  std::chrono::milliseconds connect_timeout{1'000};
  std::chrono::milliseconds command_timeout{2'000};
};

/// The secrets in a file: one a line, at most two, so that they can be changed while services run. kInvalid
/// ("bad-config"), which never shows them.
Result<std::vector<std::string>> read_secrets(const std::string& path);

/// The name of a service's stream: "rescue:stream:<service>". Redis keys are made here and nowhere else.
std::string stream_key(const std::string& service);
/// Where a sender leaves its mark: "rescue:mark:<service>".
std::string mark_key(const std::string& service);

/// Appends to streams by pipelined XADDs. Connects when needed and again after a failure.
class Producer final : public Sender {
 public:
  explicit Producer(RedisOptions options);
  ~Producer() override;
  Status publish(std::span<const Outgoing> messages) override;
  /// Round trip. kUnavailable when Redis does not answer.
  Status ping();
  Result<Depth> depth(const std::string& service, std::int64_t now_us) override;
  Result<std::vector<std::int64_t>> lengths(std::span<const std::string> services) override;
  Result<Standing> standing(const std::string& sender) override;
  Result<bool> set_mark(const std::string& sender, const std::string& expected,
                        const std::string& mark) override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Reads as a member of the stream's consumer group (created when missing). Waits on a connection of its own,
/// so that others are acknowledged meanwhile. After a full read the next entries are asked for at once, so
/// that Redis works while the caller does.
class Consumer final : public Receiver {
 public:
  Consumer(RedisOptions options, const std::string& service, std::string consumer_name,
           std::chrono::milliseconds claim_idle = std::chrono::minutes(1));
  ~Consumer() override;
  Result<std::vector<Delivery>> read(std::size_t count, std::chrono::milliseconds block) override;
  bool at_end() const override;
  /// XACK and XDEL, and the XADDs of `receipts`, in one script call.
  Status acknowledge(std::span<const std::string> entry_ids, std::span<const Outgoing> receipts = {},
                     std::int64_t stream_max = std::numeric_limits<std::int64_t>::max()) override;
  void wake() override;
  void stop() override;
  void hang_up() override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Redis Streams.
class Redis final : public Transport {
 public:
  explicit Redis(RedisOptions options);
  std::unique_ptr<Sender> sender() override;
  std::unique_ptr<Receiver> receiver(const std::string& service, const std::string& consumer_name,
                                     std::chrono::milliseconds claim_idle) override;

 private:
  RedisOptions options_;
};

}  // namespace rescue::queue
