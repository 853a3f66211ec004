#include "detection_reader.hpp"

#include "item_reader.hpp"

namespace rescue::sigma {
namespace {

tl::unexpected<Error> wrong(const std::string& why) {
  return fail(ErrorCode::kInvalid, "unusable-rule", why);
}

/// A map is all of its lines, a list any of what is in it, a text a keyword.
class SelectionReader {
 public:
  explicit SelectionReader(Detection& out) : out_(out) {}

  Result<Node> read(const Json& json) {
    if (json.is_object()) return map(json);
    if (!json.is_array()) return item("", json);
    Node any{.kind = Node::Kind::kAny, .number = 0, .parts = {}};
    Json keywords = Json::array();
    for (const auto& part : json) {
      if (!part.is_object()) {
        keywords.push_back(part);
        continue;
      }
      RESCUE_ASSIGN(auto node, map(part));
      any.parts.push_back(std::move(node));
    }
    if (!keywords.empty()) {
      RESCUE_ASSIGN(auto node, item("", keywords));
      any.parts.push_back(std::move(node));
    }
    if (any.parts.empty()) return wrong("a selection is empty");
    return any;
  }

 private:
  Result<Node> map(const Json& json) {
    Node all{.kind = Node::Kind::kAll, .number = 0, .parts = {}};
    for (const auto& [key, values] : json.items()) {
      RESCUE_ASSIGN(auto node, item(key, values));
      all.parts.push_back(std::move(node));
    }
    if (all.parts.empty()) return wrong("a selection is empty");
    return all;
  }

  Result<Node> item(const std::string& key, const Json& values) {
    constexpr std::size_t kMostItems = 10'000;
    if (out_.items.size() >= kMostItems) return wrong("more than 10,000 lines");
    RESCUE_ASSIGN(auto read, read_item(key, values));
    out_.items.push_back(std::move(read));
    return Node{
        .kind = Node::Kind::kItem, .number = static_cast<std::uint32_t>(out_.items.size() - 1), .parts = {}};
  }

  Detection& out_;
};

Status read_conditions(const Json& conditions, ReadDetection& out) {
  const Json list = conditions.is_array() ? conditions : Json::array({conditions});
  Node any{.kind = Node::Kind::kAny, .number = 0, .parts = {}};
  for (const auto& text : list) {
    if (!text.is_string()) return wrong("the condition is no text");
    RESCUE_ASSIGN(auto condition, parse_condition(text.get_ref<const std::string&>(), out.detection.names));
    if (condition.aggregation && list.size() > 1) return wrong("several conditions, one of which counts");
    out.aggregation = std::move(condition.aggregation);
    any.parts.push_back(std::move(condition.node));
  }
  if (any.parts.empty()) return wrong("there is no condition");
  out.detection.condition = std::move(any);
  return {};
}

}  // namespace

Result<ReadDetection> read_detection(const Json& text) {
  if (!text.is_object() || !text.contains("condition")) return wrong("there is no condition");
  ReadDetection out;
  for (const auto& [name, json] : text.items()) {
    if (name == "condition" || name == "timeframe") continue;
    auto node = SelectionReader(out.detection).read(json);
    if (!node) return wrong(name + ": " + node.error().detail);
    out.detection.names.push_back(name);
    out.detection.selections.push_back(*std::move(node));
  }
  RESCUE_TRY(read_conditions(text.at("condition"), out));
  return out;
}

}  // namespace rescue::sigma
