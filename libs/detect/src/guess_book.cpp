#include "guess_book.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <utility>

namespace rescue::detect {
namespace {

constexpr std::size_t kMostSeries = 300'000;
constexpr std::size_t kMostNameBytes = 64;

}  // namespace

std::string network_of(std::string_view address) {
  const std::string text(address);
  std::array<unsigned char, 16> raw{};
  std::array<char, INET6_ADDRSTRLEN> out{};
  if (::inet_pton(AF_INET, text.c_str(), raw.data()) == 1) {
    raw[3] = 0;
    ::inet_ntop(AF_INET, raw.data(), out.data(), out.size());
    return std::string(out.data()) + "/24";
  }
  if (::inet_pton(AF_INET6, text.c_str(), raw.data()) == 1) {
    std::fill(raw.begin() + 8, raw.end(), static_cast<unsigned char>(0));
    ::inet_ntop(AF_INET6, raw.data(), out.data(), out.size());
    return std::string(out.data()) + "/64";
  }
  return text;
}

void Tries::add(Timestamp t, std::uint32_t weight, std::uint64_t name, std::chrono::hours window) {
  if (failures == 0 && names.empty()) first = t;
  if (name != 0) names.add(name);
  failures += weight;
  if (weight > 0) times.add(t, weight, window);
}

GuessBook::GuessBook(const GuessThresholds& thresholds)
    : thresholds_(thresholds),
      addresses_(kMostSeries),
      accounts_(kMostSeries),
      networks_(kMostSeries),
      other_networks_(kMostSeries) {}

/// What a network's addresses did is added up when it is asked for: that is seldom, failures are many.
void GuessBook::join_network(std::string_view text, Address& address) {
  const auto name = network_of(text);
  auto* last = networks_.put(name, hash_of_text(name)).value;
  if (last != nullptr) address.neighbour = std::exchange(*last, &address);
}

Tries* GuessBook::failed(Timestamp t, std::string_view account, std::string_view address,
                         std::uint32_t weight) {
  const auto name = account.substr(0, kMostNameBytes);
  const auto name_hash = hash_of_text(name), address_hash = hash_of_text(address);
  addresses_.come_near(address_hash);  // far more of them than accounts: what is done meanwhile hides the way
  auto* own = accounts_.put(name, name_hash).value;
  if (own != nullptr) own->add(t, weight, address.empty() ? 0 : address_hash, thresholds_.window);
  const auto here = addresses_.put(address, address_hash);
  if (here.is_new) join_network(address, *here.value);
  if (here.value != nullptr) {
    here.value->tries.add(t, weight, name.empty() ? 0 : name_hash, thresholds_.window);
    return &here.value->tries;
  }
  overflowed_ = true;
  const auto network = network_of(address);
  auto* others = other_networks_.put(network, hash_of_text(network)).value;
  if (others != nullptr) others->add(t, weight, address_hash, thresholds_.window);
  return nullptr;
}

bool GuessBook::is_guessing(const Tries& tries) const {
  return tries.failures >= thresholds_.failures ||
         (tries.names.size() >= thresholds_.accounts && tries.failures >= thresholds_.accounts_failures);
}

bool GuessBook::known_before(std::string_view account, std::string_view address, Timestamp t) const {
  const auto at = known_.find({std::string(account), std::string(address)});
  return at != known_.end() && at->second < t;
}

GuessJudgement GuessBook::of_network(std::string_view address, Timestamp t) const {
  const auto text = network_of(address);
  std::uint64_t failures = 0;
  std::size_t addresses = 0;
  auto first = t;
  const auto add = [&](const Tries& tries, std::size_t of_them) {
    failures += tries.times.within(t, thresholds_.window);
    addresses += of_them;
    first = std::min(first, tries.first);
  };
  if (const auto* others = other_networks_.find(text)) add(*others, others->names.size());
  constexpr std::size_t kMostNeighbours = 1'000;  // an IPv6 network may have any number
  const auto* last = networks_.find(text);
  for (const auto* at = last == nullptr ? nullptr : *last; at != nullptr && addresses < kMostNeighbours;
       at = at->neighbour)
    add(at->tries, 1);
  const bool guessing = addresses >= thresholds_.subnet_addresses && failures >= thresholds_.subnet_failures;
  return guessing ? GuessJudgement{GuessKind::kSameNetwork, failures, 0, addresses, false, first}
                  : GuessJudgement{};
}

GuessJudgement GuessBook::accepted(Timestamp t, std::string_view account, std::string_view address,
                                   bool by_password) {
  GuessJudgement judgement;
  const auto remember = [&] {
    if (known_.size() < kMostSeries) known_.try_emplace({std::string(account), std::string(address)}, t);
  };
  const auto* here = addresses_.find(address);
  const auto* tries = here == nullptr ? nullptr : &here->tries;
  const auto* own = accounts_.find(account.substr(0, kMostNameBytes));
  const bool failed_here = tries != nullptr && tries->failures > 0;
  const auto first = failed_here ? tries->first : t;
  if (!by_password || known_before(account, address, first)) {
    // A key is not guessed. An owner known from this address may mistype; a long series for several names is
    // more than that.
    const bool too_many = by_password && failed_here && tries->names.size() >= thresholds_.accounts &&
                          tries->times.within(t, thresholds_.window) >= thresholds_.own_typos;
    remember();
    if (!too_many) return judgement;
  }
  if (failed_here) {
    const auto& series = *tries;
    judgement.failures = series.times.within(t, thresholds_.window);
    judgement.accounts = series.names.size();
    judgement.since = series.first;
    const bool several =
        judgement.accounts >= thresholds_.accounts && judgement.failures >= thresholds_.accounts_failures;
    if (judgement.failures >= thresholds_.failures || several) {
      judgement.kind = GuessKind::kSameAddress;
      judgement.sure = judgement.accounts >= 2 || judgement.failures >= 3 * thresholds_.failures;
    }
  }
  if (judgement.kind == GuessKind::kNone) {
    judgement = of_network(address, t);
    const auto spread = failed_here && own != nullptr ? own->times.within(t, thresholds_.window) : 0;
    if (judgement.kind == GuessKind::kNone && spread >= thresholds_.spread_failures &&
        own->names.size() >= thresholds_.spread_addresses) {
      judgement = {GuessKind::kSpread, spread, 1, own->names.size(), false, own->first};
    }
  }
  remember();
  return judgement;
}

}  // namespace rescue::detect
