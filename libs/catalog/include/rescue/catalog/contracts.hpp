#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rescue/base/clock.hpp"
#include "rescue/base/json.hpp"

namespace rescue::catalog {

/// One rented server and the customer whose contract it is under. Days are Asia/Tokyo, both ends included.
struct ServerContract {
  std::string server_id;               ///< 1–64 of a–z 0–9 and '-'; also a directory name on the worker
  std::string customer;                ///< customer number: "C-1001"
  std::vector<std::string> addresses;  ///< IPv4 and IPv6, in canonical text form
  std::string hostname;
  std::string os;  ///< "debian-12"
  std::chrono::sys_days from;
  std::optional<std::chrono::sys_days> to;  ///< the last day; none: no end is agreed
};

/// What a server is asked for by: its id, one of its addresses or its host name, in its one spelling.
struct ServerKey {
  enum class Kind { kId, kAddress, kHostname };
  Kind kind = Kind::kId;
  std::string text;

  /// Any text: what is no server's id is under no contract.
  static ServerKey id(std::string_view text);
  /// kInvalid ("bad-address").
  static Result<ServerKey> address(std::string_view text);
  /// Lower case, without a final dot. kInvalid ("bad-hostname").
  static Result<ServerKey> hostname(std::string_view text);

  auto operator<=>(const ServerKey&) const = default;
};
std::string_view to_string(ServerKey::Kind kind);  ///< "id", "address", "hostname"

/// Who rents which server, whoever keeps the book. Thread-safe.
class Contracts {
 public:
  virtual ~Contracts() = default;
  /// The server, when it is under contract at the time asked for; kInvalid ("not-under-contract" with the
  /// reason, "ambiguous-hostname"); kUnavailable ("contracts-unavailable") when nobody can say at present.
  using Found = std::function<void(Result<ServerContract>)>;
  /// Calls `found` once: before it returns where the answer is at hand, else from another thread and within
  /// the time that the directory is given. `found` must not block or throw.
  virtual void find(const ServerKey& key, Timestamp at, Found found) = 0;
};
/// Waits for the answer: as long as the directory is given.
Result<ServerContract> find_and_wait(Contracts& contracts, const ServerKey& key, Timestamp at);
/// Does not wait: kUnavailable ("contracts-unavailable") where the answer has to be fetched first, which
/// begins.
Result<ServerContract> find_at_hand(Contracts& contracts, const ServerKey& key, Timestamp at);

/// Who rents which server, from when to when (R6). An annex file, JSON:
/// {"servers":[{"id":"srv-1001","customer":"C-1001","addresses":["192.0.2.10"],"hostname":"web01","os":"debian-12",
///   "contract":{"from":"2024-01-01","to":null}}]}
/// An address may pass from one server to another when their contracts do not overlap. Immutable,
/// thread-safe.
class ContractDirectory {
 public:
  /// kInvalid names the place: "contracts.json: /servers/3/contract/from: …".
  static Result<ContractDirectory> load(const std::string& path);
  static Result<ContractDirectory> parse(const Json& file);

  /// The server, when it is under contract at `at`. kInvalid ("not-under-contract") with the reason: unknown,
  /// not begun, ended.
  Result<ServerContract> by_id(std::string_view server_id, Timestamp at) const;
  /// The same by one of its addresses, in any valid spelling ("2001:DB8:0::1"). kInvalid ("bad-address") when
  /// it is none.
  Result<ServerContract> by_address(std::string_view address, Timestamp at) const;
  /// The same by its host name. kInvalid ("ambiguous-hostname") when several servers bear it at `at`.
  Result<ServerContract> by_hostname(std::string_view hostname, Timestamp at) const;
  Result<ServerContract> find(const ServerKey& key, Timestamp at) const;

  std::size_t size() const { return servers_.size(); }

 private:
  Status add(ServerContract server);
  std::vector<ServerContract> servers_;
  std::map<std::string, std::size_t, std::less<>> by_id_;
  std::multimap<std::string, std::size_t, std::less<>> by_address_;
  std::multimap<std::string, std::size_t, std::less<>> by_hostname_;
};

/// One server as an annex file and the directory's answers write it. kInvalid names the place.
Result<ServerContract> read_server_contract(const Json& entry, const std::string& pointer);
/// Why `server` is not under contract on `day`; nothing when it is.
std::optional<std::string> not_under_contract_on(const ServerContract& server, std::chrono::sys_days day);

/// The day in Asia/Tokyo (UTC+9, no summer time since 1951) that `at` falls on.
std::chrono::sys_days day_in_tokyo(Timestamp at);
/// "2026-09-18"; kInvalid ("bad-date") otherwise or when there is no such day.
Result<std::chrono::sys_days> parse_day(std::string_view text);
std::string format_day(std::chrono::sys_days day);
/// One spelling per address: IPv6 after RFC 5952, an IPv4-mapped IPv6 address as IPv4. kInvalid
/// ("bad-address").
Result<std::string> canonical_address(std::string_view text);
/// 1–64 of a–z 0–9 and '-', not beginning with '-'.
bool is_server_id(std::string_view text);

}  // namespace rescue::catalog
