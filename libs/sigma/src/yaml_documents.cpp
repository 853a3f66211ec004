// The one place of this library that knows yaml-cpp.
#include "yaml_documents.hpp"

#include <yaml-cpp/yaml.h>

namespace rescue::sigma {
namespace {

constexpr std::size_t kMostBytes = 1 << 20;
// An alias stands for its whole anchor each time: without a bound a small file could grow without end.
constexpr std::size_t kMostParts = 100'000;
constexpr int kDeepest = 32;

struct Fault {
  int line;
  std::string why;
};

class Converter {
 public:
  Json convert(const YAML::Node& node, int depth) {
    const int line = node.Mark().line + 1;
    if (++parts_ > kMostParts || depth > kDeepest) throw Fault{line, "too many or too deeply nested parts"};
    if (node.IsMap()) return map(node, depth);
    if (node.IsSequence()) {
      Json list = Json::array();
      for (const auto& item : node) list.push_back(convert(item, depth + 1));
      return list;
    }
    return node.IsScalar() ? scalar(node) : Json(nullptr);
  }

 private:
  Json map(const YAML::Node& node, int depth) {
    Json object = Json::object();
    for (const auto& item : node) {
      const int line = item.first.Mark().line + 1;
      if (!item.first.IsScalar()) throw Fault{line, "a key must be a text"};
      const auto& key = item.first.Scalar();
      if (object.contains(key)) throw Fault{line, "the key \"" + key + "\" stands twice in one map"};
      object[key] = convert(item.second, depth + 1);
    }
    return object;
  }

  static Json scalar(const YAML::Node& node) {
    const auto& text = node.Scalar();
    const bool plain = node.Tag() != "!";
    if (plain && (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL"))
      return nullptr;
    return text;
  }

  std::size_t parts_ = 0;
};

Error unreadable(int line, const std::string& why) {
  return {ErrorCode::kInvalid, "unusable-rule", "line " + std::to_string(line) + ": " + why};
}

}  // namespace

Result<std::vector<Json>> read_yaml(const std::string& text) {
  if (text.size() > kMostBytes) return fail(ErrorCode::kTooLarge, "unusable-rule", "a file over 1 MiB");
  // yaml-cpp tells its errors by throwing.
  try {
    Converter converter;
    std::vector<Json> documents;
    for (const auto& node : YAML::LoadAll(text)) documents.push_back(converter.convert(node, 0));
    return documents;
  } catch (const Fault& fault) {
    return fail(unreadable(fault.line, fault.why));
  } catch (const YAML::Exception& error) {
    return fail(unreadable(error.mark.is_null() ? 1 : error.mark.line + 1, error.msg));
  }
}

}  // namespace rescue::sigma
