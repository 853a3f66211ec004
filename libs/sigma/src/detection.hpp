#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "item.hpp"

namespace rescue::sigma {

/// What must be so for a rule to fire, as a tree.
struct Node {
  enum class Kind : std::uint8_t { kItem, kAll, kAny, kNot, kAtLeast, kSelection };
  Kind kind = Kind::kAll;
  std::uint32_t number = 0;  ///< kItem, kSelection: which one; kAtLeast: how many of the parts
  std::vector<Node> parts;
};

/// The detection part of a rule: selections by number, and the condition over them.
struct Detection {
  std::vector<std::string> names;  ///< of the selections
  std::vector<Node> selections;
  std::vector<Item> items;
  Node condition;

  bool matches(const Record& record) const { return holds(condition, record); }

 private:
  bool holds(const Node& node, const Record& record) const;
};

}  // namespace rescue::sigma
