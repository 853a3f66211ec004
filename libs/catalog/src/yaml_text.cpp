// The one place that knows yaml-cpp.
#include <yaml-cpp/yaml.h>

#include <charconv>

#include "rescue/catalog/annex_text.hpp"

namespace rescue::catalog {
namespace {

// An alias stands for its whole anchor each time: without a bound a small file could grow without end.
constexpr std::size_t kPartsMax = 100'000;
constexpr int kDepthMax = 16;

struct Fault {
  int line;
  std::string why;
};

/// Turns a node into JSON and notes the line of each part. Throws Fault.
class Converter {
 public:
  explicit Converter(AnnexText& out) : out_(out) {}

  Json convert(const YAML::Node& node, const std::string& pointer, int depth) {
    const int line = node.Mark().line + 1;
    if (++parts_ > kPartsMax || depth > kDepthMax) throw Fault{line, "too many or too deeply nested parts"};
    out_.lines.emplace(pointer, line);
    check_tag(node, line);
    if (node.IsMap()) return map(node, pointer, depth);
    if (node.IsSequence()) return list(node, pointer, depth);
    if (node.IsScalar()) return scalar(node);
    return nullptr;
  }

 private:
  static void check_tag(const YAML::Node& node, int line) {
    const auto& tag = node.Tag();
    if (!tag.empty() && tag != "?" && tag != "!") throw Fault{line, "tags are not used here: " + tag};
  }

  Json map(const YAML::Node& node, const std::string& pointer, int depth) {
    Json object = Json::object();
    for (const auto& item : node) {
      const int line = item.first.Mark().line + 1;
      if (!item.first.IsScalar()) throw Fault{line, "a key must be a text"};
      const auto& key = item.first.Scalar();
      if (object.contains(key)) throw Fault{line, "the key \"" + key + "\" stands twice in one map"};
      object[key] = convert(item.second, pointer + "/" + key, depth + 1);
      out_.lines[pointer + "/" + key] = line;  // where a reader would look: at the key
    }
    return object;
  }

  Json list(const YAML::Node& node, const std::string& pointer, int depth) {
    Json array = Json::array();
    for (const auto& item : node) {
      array.push_back(convert(item, pointer + "/" + std::to_string(array.size()), depth + 1));
    }
    return array;
  }

  /// The core schema without fractions: 1.2 stays the text it is, so that a version needs no quotes.
  static Json scalar(const YAML::Node& node) {
    const auto& text = node.Scalar();
    if (node.Tag() == "!") return text;  // quoted
    if (text == "true") return true;
    if (text == "false") return false;
    if (text == "null" || text == "~" || text.empty()) return nullptr;
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error == std::errc{} && end == text.data() + text.size()) return number;
    return text;
  }

  AnnexText& out_;
  std::size_t parts_ = 0;
};

Error unreadable(const std::string& path, int line, const std::string& why) {
  return {ErrorCode::kInvalid, "annex-unreadable", path + ":" + std::to_string(line) + ": " + why};
}

}  // namespace

Result<AnnexText> parse_yaml(std::string path, std::string text) {
  AnnexText out{.path = std::move(path), .text = std::move(text), .value = nullptr, .lines = {}};
  // yaml-cpp tells its errors by throwing.
  try {
    out.value = Converter(out).convert(YAML::Load(out.text), "", 0);
  } catch (const Fault& fault) {
    return fail(unreadable(out.path, fault.line, fault.why));
  } catch (const YAML::Exception& error) {
    return fail(unreadable(out.path, error.mark.is_null() ? 1 : error.mark.line + 1, error.msg));
  }
  return out;
}

}  // namespace rescue::catalog
