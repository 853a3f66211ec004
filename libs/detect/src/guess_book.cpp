#include "guess_book.hpp"

#include <arpa/inet.h>

#include <array>

namespace rescue::detect {
namespace {

constexpr std::size_t kMostSeries = 300'000;
constexpr std::size_t kMostNames = 256;
constexpr std::size_t kMostNameBytes = 64;

Tries* series(std::unordered_map<std::string, Tries>& map, const std::string& key) {
  const auto at = map.find(key);
  if (at != map.end()) return &at->second;
  return map.size() < kMostSeries ? &map[key] : nullptr;
}

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

void Tries::add(Timestamp t, std::uint32_t weight, std::string_view name, std::chrono::hours window) {
  if (failures == 0 && names.empty()) first = t;
  last = std::max(last, t);
  if (!name.empty() && names.size() < kMostNames) names.emplace(name.substr(0, kMostNameBytes));
  if (weight == 0) return;
  failures += weight;
  recent_failures += weight;
  const auto minute = std::chrono::floor<std::chrono::minutes>(t);
  if (!recent.empty() && recent.back().first == minute) {
    recent.back().second += weight;
  } else {
    recent.emplace_back(minute, weight);
  }
  // A vector, though its front is taken off: most of several hundred thousand series hold one minute, for
  // which a deque would reserve half a KiB.
  auto kept = recent.begin();
  for (; kept != recent.end() && kept->first + window < t; ++kept) recent_failures -= kept->second;
  recent.erase(recent.begin(), kept);
}

std::uint64_t Tries::within(Timestamp t, std::chrono::hours window) const {
  std::uint64_t count = recent_failures;
  for (const auto& [minute, weight] : recent) {
    if (minute + window >= t) break;
    count -= weight;
  }
  return count;
}

Tries* GuessBook::failed(Timestamp t, std::string_view account, std::string_view address,
                         std::uint32_t weight) {
  if (auto* network = series(networks_, network_of(address)))
    network->add(t, weight, address, thresholds_.window);
  if (auto* own = series(accounts_, std::string(account.substr(0, kMostNameBytes)))) {
    own->add(t, weight, address, thresholds_.window);
  }
  auto* tries = series(addresses_, std::string(address));
  if (tries == nullptr) {
    overflowed_ = true;
  } else {
    tries->add(t, weight, account, thresholds_.window);
  }
  return tries;
}

bool GuessBook::is_guessing(const Tries& tries) const {
  return tries.failures >= thresholds_.failures ||
         (tries.names.size() >= thresholds_.accounts && tries.failures >= thresholds_.accounts_failures);
}

bool GuessBook::known_before(std::string_view account, std::string_view address, Timestamp t) const {
  const auto at = known_.find({std::string(account), std::string(address)});
  return at != known_.end() && at->second < t;
}

GuessJudgement GuessBook::accepted(Timestamp t, std::string_view account, std::string_view address,
                                   bool by_password) {
  GuessJudgement judgement;
  const auto remember = [&] {
    if (known_.size() < kMostSeries) known_.try_emplace({std::string(account), std::string(address)}, t);
  };
  const auto tries = addresses_.find(std::string(address));
  const auto own = accounts_.find(std::string(account.substr(0, kMostNameBytes)));
  const bool failed_here = tries != addresses_.end() && tries->second.failures > 0;
  const auto first = failed_here ? tries->second.first : t;
  if (!by_password || known_before(account, address, first)) {
    // A key is not guessed. An owner known from this address may mistype; a long series for several names is
    // more than that.
    const bool too_many = by_password && failed_here && tries->second.names.size() >= thresholds_.accounts &&
                          tries->second.within(t, thresholds_.window) >= thresholds_.own_typos;
    remember();
    if (!too_many) return judgement;
  }
  if (failed_here) {
    const auto& series = tries->second;
    judgement.failures = series.within(t, thresholds_.window);
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
    const auto network = networks_.find(network_of(address));
    if (network != networks_.end() && network->second.names.size() >= thresholds_.subnet_addresses &&
        network->second.within(t, thresholds_.window) >= thresholds_.subnet_failures) {
      judgement = {GuessKind::kSameNetwork,
                   network->second.within(t, thresholds_.window),
                   0,
                   network->second.names.size(),
                   false,
                   network->second.first};
    } else if (failed_here && own != accounts_.end() &&
               own->second.names.size() >= thresholds_.spread_addresses &&
               own->second.within(t, thresholds_.window) >= thresholds_.spread_failures) {
      judgement = {
          GuessKind::kSpread, own->second.within(t, thresholds_.window), 1, own->second.names.size(), false,
          own->second.first};
    }
  }
  remember();
  return judgement;
}

}  // namespace rescue::detect
