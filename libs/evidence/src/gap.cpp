#include "rescue/evidence/gap.hpp"

namespace rescue::evidence {
namespace {

/// What a gap prevents, without the name of an account: a disk may have a million accounts.
std::string conclusion_of(const Gap& gap) {
  constexpr std::string_view kNamed = " account ";
  const auto at = gap.prevents.find(kNamed);
  return at == gap.prevents.npos ? gap.prevents : gap.prevents.substr(0, at) + " accounts";
}

}  // namespace

Gaps::Kind& Gaps::kind_of(const Gap& gap) {
  return kinds_[{conclusion_of(gap), gap.grave}];
}

void Gaps::push_back(Gap gap) {
  auto& kind = kind_of(gap);
  if (kind.kept == kMostOfAKind) {
    ++kind.left_out;
    return;
  }
  ++kind.kept;
  kept_.push_back(std::move(gap));
}

void Gaps::append(const Gaps& other) {
  for (const auto& gap : other) push_back(gap);
  for (const auto& [key, kind] : other.kinds_) kinds_[key].left_out += kind.left_out;
}

void Gaps::leave_out(const Gap& like, std::uint64_t count) {
  kind_of(like).left_out += count;
}

std::vector<Gap> Gaps::left_out() const {
  std::vector<Gap> told;
  for (const auto& [key, kind] : kinds_) {
    if (kind.left_out == 0) continue;
    told.push_back(
        {.path = "/",
         .reason = std::to_string(kind.left_out) + " more gaps of this kind are counted but not listed",
         .prevents = key.first,
         .grave = key.second});
  }
  return told;
}

std::uint64_t Gaps::left_out_count() const {
  std::uint64_t count = 0;
  for (const auto& [key, kind] : kinds_) count += kind.left_out;
  return count;
}

}  // namespace rescue::evidence
