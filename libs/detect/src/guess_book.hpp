#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "counted_tries.hpp"
#include "rescue/base/clock.hpp"
#include "rescue/detect/finding.hpp"
#include "text_map.hpp"

namespace rescue::detect {

/// What makes a series of failures a guessing, and a log-in after it a break-in. From the rules' data.
struct GuessThresholds {
  std::uint64_t failures = 10;          ///< from one address within `window`
  std::uint64_t accounts = 4;           ///< different names from one address …
  std::uint64_t accounts_failures = 5;  ///< … with at least so many failures
  std::uint64_t subnet_failures = 30;
  std::uint64_t subnet_addresses = 3;
  std::uint64_t spread_failures = 50;   ///< for one account …
  std::uint64_t spread_addresses = 10;  ///< … from so many addresses
  std::uint64_t own_typos = 20;  ///< failures for one account only, from an address that was let in before
  std::chrono::hours window{24};
};

/// Failed log-ins from one address (or network, or for one account), counted as they come.
struct Tries {
  std::uint64_t failures = 0;
  Timestamp first{};
  NameCount names;  ///< accounts tried; addresses for an account's own series
  FailureTimes times;
  std::vector<EvidenceRef> evidence;  ///< the first few

  /// `name`: its hash, 0 for none.
  void add(Timestamp t, std::uint32_t weight, std::uint64_t name, std::chrono::hours window);
};

enum class GuessKind { kNone, kSameAddress, kSameNetwork, kSpread };

/// What the failures before a log-in say about it.
struct GuessJudgement {
  GuessKind kind = GuessKind::kNone;
  std::uint64_t failures = 0;
  std::uint64_t accounts = 0;
  std::uint64_t addresses = 0;
  bool sure = false;  ///< many failures for several accounts: no owner does that
  Timestamp since{};
};

/// Remembers who failed where. Bounded: past the limit new addresses are counted in their networks only.
class GuessBook {
 public:
  explicit GuessBook(const GuessThresholds& thresholds);

  /// Gives the address's series when it is one that is followed.
  Tries* failed(Timestamp t, std::string_view account, std::string_view address, std::uint32_t weight);
  /// Judges a log-in by password before it is added to the known ones.
  GuessJudgement accepted(Timestamp t, std::string_view account, std::string_view address, bool by_password);

  bool is_guessing(const Tries& tries) const;
  /// Calls `tell(address, tries)` for each, in the order in which they came.
  template <class Tell>
  void for_each_address(const Tell& tell) const {
    addresses_.for_each([&](const std::string& text, const Address& address) { tell(text, address.tries); });
  }
  /// The series of one; null where it is not followed. Valid until the next call of failed().
  const Tries* tries_of(std::string_view address) const {
    const auto* found = addresses_.find(address);
    return found == nullptr ? nullptr : &found->tries;
  }
  bool overflowed() const { return overflowed_; }

 private:
  struct Address {
    Tries tries;
    const Address* neighbour = nullptr;  ///< one that came before it, of its network
  };
  bool known_before(std::string_view account, std::string_view address, Timestamp t) const;
  void join_network(std::string_view text, Address& address);
  GuessJudgement of_network(std::string_view address, Timestamp t) const;

  GuessThresholds thresholds_;
  TextMap<Address> addresses_;
  TextMap<Tries> accounts_;
  TextMap<const Address*> networks_;  ///< the last that came of each
  TextMap<Tries> other_networks_;     ///< of addresses that are not followed themselves
  std::map<std::pair<std::string, std::string>, Timestamp> known_;  // (account, address): first let in
  bool overflowed_ = false;
};

/// "203.0.113.0/24", "2001:db8:1:2::/64" (as its textual prefix); the text itself for a host name.
std::string network_of(std::string_view address);

}  // namespace rescue::detect
