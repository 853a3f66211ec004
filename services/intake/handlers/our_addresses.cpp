#include "handlers/our_addresses.hpp"

#include <memory>
#include <mutex>

#include "rescue/complaint/complaint.hpp"

namespace rescue::intake {
namespace {

/// A complaint names a server, its reporter's and a few in a log.
constexpr std::size_t kAskedMax = 32;

/// What is known of a mail's addresses while the directory is asked about each.
struct Asked {
  Asked(std::size_t count, OurAddresses then) : left(count), found(std::move(then)) {}
  std::mutex mutex;
  std::size_t left;
  std::vector<std::string> ours;
  std::optional<Error> away;
  OurAddresses found;
};

Result<net::Networks> known_by(Asked& asked) {
  if (asked.away) return fail(*asked.away);
  return net::Networks::parse(asked.ours);
}

void take(Asked& asked, const std::string& address, const Result<catalog::ServerContract>& contract) {
  {
    const std::lock_guard lock(asked.mutex);
    if (contract) asked.ours.push_back(address);
    if (!contract && contract.error().code == ErrorCode::kUnavailable) asked.away = contract.error();
    if (--asked.left > 0) return;
  }
  asked.found(known_by(asked));
}

}  // namespace

void find_our_addresses(const Parts& parts, std::string_view mail, Timestamp now, OurAddresses found) {
  const auto named = complaint::addresses_named(mail, kAskedMax);
  if (!named || named->empty()) return found(net::Networks());
  const auto asked = std::make_shared<Asked>(named->size(), std::move(found));
  for (const auto& address : *named) {
    parts.contracts.find({catalog::ServerKey::Kind::kAddress, address}, now,
                         [asked, address](const Result<catalog::ServerContract>& contract) {
                           take(*asked, address, contract);
                         });
  }
}

}  // namespace rescue::intake
