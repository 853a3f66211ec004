#include "literals.hpp"

#include <algorithm>

namespace rescue::sigma {
namespace {

using Literals = std::optional<std::vector<std::string>>;

// A piece is enough to look closer; short ones keep the finder's table small.
constexpr std::size_t kLongest = 8;
constexpr std::size_t kMost = 4096;

/// How seldom it is in logs, roughly: a long text, and one of signs that words, paths and numbers do not
/// have.
std::size_t rarity(std::string_view text) {
  std::size_t sum = 0;
  for (const char c : text)
    sum += std::string_view("{}$@<>'\"()%;|&^~!*[]\\`#+?").find(c) != std::string_view::npos ? 2 : 1;
  return sum;
}

Literals of_test(const Test& test) {
  const auto* glob = std::get_if<Glob>(&test);
  if (glob == nullptr) return std::nullopt;
  const auto piece = glob->longest_piece();
  if (piece.empty()) return std::nullopt;
  std::string_view best = piece.substr(0, kLongest);
  // Of equals the last one: folders, schemes and the like stand in front.
  for (std::size_t at = 1; at + kLongest <= piece.size(); ++at) {
    const auto window = piece.substr(at, kLongest);
    if (rarity(window) >= rarity(best)) best = window;
  }
  return std::vector{lower(best)};
}

/// One of two that both must occur: whose commonest text is rarer, or which has fewer.
bool better(const Literals& a, const Literals& b) {
  if (!a || !b) return a.has_value();
  const auto commonest = [](const std::vector<std::string>& list) {
    std::size_t least = 2 * kLongest;
    for (const auto& text : list) least = std::min(least, rarity(text));
    return least;
  };
  const auto x = commonest(*a), y = commonest(*b);
  return x != y ? x > y : a->size() < b->size();
}

template <class List, class Of>
Literals best_of(const List& list, const Of& of) {
  Literals best;
  for (const auto& part : list) {
    auto literals = of(part);
    if (better(literals, best)) best = std::move(literals);
  }
  return best;
}

template <class List, class Of>
Literals all_of(const List& list, const Of& of) {
  std::vector<std::string> together;
  for (const auto& part : list) {
    auto literals = of(part);
    if (!literals || together.size() + literals->size() > kMost) return std::nullopt;
    std::move(literals->begin(), literals->end(), std::back_inserter(together));
  }
  return together;
}

Literals of_item(const Item& item) {
  if (item.negated) return std::nullopt;
  return item.all ? best_of(item.tests, of_test) : all_of(item.tests, of_test);
}

Literals of_node(const Detection& detection, const Node& node) {
  const auto of_part = [&](const Node& part) { return of_node(detection, part); };
  switch (node.kind) {
    case Node::Kind::kItem:
      return of_item(detection.items[node.number]);
    case Node::Kind::kSelection:
      return of_node(detection, detection.selections[node.number]);
    case Node::Kind::kAll:
      return best_of(node.parts, of_part);
    case Node::Kind::kAny:
      return all_of(node.parts, of_part);
    case Node::Kind::kAtLeast:
      return node.number == 0 ? std::nullopt : all_of(node.parts, of_part);
    case Node::Kind::kNot:
      break;
  }
  return std::nullopt;
}

}  // namespace

Literals needed_literals(const Detection& detection) {
  auto literals = of_node(detection, detection.condition);
  if (!literals) return std::nullopt;
  std::sort(literals->begin(), literals->end());
  literals->erase(std::unique(literals->begin(), literals->end()), literals->end());
  return literals;
}

}  // namespace rescue::sigma
