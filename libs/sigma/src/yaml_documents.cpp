// The one place of this library that knows yaml-cpp.
#include "yaml_documents.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <map>
#include <optional>
#include <sstream>
#include <utility>

namespace rescue::sigma {
namespace {

constexpr std::size_t kMostBytes = 1 << 20;
// An alias stands for its whole anchor each time: without a bound a small file could grow without end.
constexpr std::size_t kMostParts = 100'000;
constexpr std::size_t kMostDocuments = 1'000;
constexpr std::size_t kDeepest = 32;

struct Fault {
  int line;
  std::string why;
};

/// Puts one document together out of what the parser tells. Throws Fault.
class Builder final : public YAML::EventHandler {
 public:
  Json take() { return std::exchange(result_, nullptr); }

  void OnDocumentStart(const YAML::Mark&) override { result_ = nullptr; }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override { add(mark, anchor, nullptr, 1); }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto known = anchors_.find(anchor);
    if (known == anchors_.end()) throw Fault{mark.line + 1, "an alias of what is not ended"};
    add(mark, 0, known->second.first, known->second.second);
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& text) override {
    if (wants_key()) {
      open_.back().key = text;
      return;
    }
    const bool plain = tag != "!";
    const bool null =
        plain && (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL");
    add(mark, anchor, null ? Json(nullptr) : Json(text), 1);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(mark, anchor, Json::array());
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(mark, anchor, Json::object());
  }
  void OnMapEnd() override { close(); }

 private:
  struct Open {
    YAML::Mark mark;
    YAML::anchor_t anchor = 0;
    Json value;
    std::optional<std::string> key;  ///< of a map: whose value comes next
    std::size_t parts = 1;
  };

  bool wants_key() const { return !open_.empty() && open_.back().value.is_object() && !open_.back().key; }

  void open(const YAML::Mark& mark, YAML::anchor_t anchor, Json value) {
    if (open_.size() >= kDeepest) throw Fault{mark.line + 1, "too deeply nested"};
    if (wants_key()) throw Fault{mark.line + 1, "a key must be a text"};
    open_.push_back({mark, anchor, std::move(value), std::nullopt});
  }

  void close() {
    auto done = std::move(open_.back());
    open_.pop_back();
    add(done.mark, done.anchor, std::move(done.value), done.parts);
  }

  void add(const YAML::Mark& mark, YAML::anchor_t anchor, Json value, std::size_t parts) {
    if ((parts_ += parts) > kMostParts) throw Fault{mark.line + 1, "too many parts"};
    if (wants_key()) throw Fault{mark.line + 1, "a key must be a text"};
    if (anchor != 0) anchors_[anchor] = {value, parts};
    if (open_.empty()) {
      result_ = std::move(value);
      return;
    }
    auto& parent = open_.back();
    parent.parts += parts;
    if (parent.value.is_array()) {
      parent.value.push_back(std::move(value));
      return;
    }
    const auto key = *std::exchange(parent.key, std::nullopt);
    if (parent.value.contains(key))
      throw Fault{mark.line + 1, "the key \"" + key + "\" stands twice in one map"};
    parent.value[key] = std::move(value);
  }

  std::vector<Open> open_;
  std::map<YAML::anchor_t, std::pair<Json, std::size_t>> anchors_;
  Json result_;
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
    std::istringstream in(text);
    YAML::Parser parser(in);
    Builder builder;
    std::vector<Json> documents;
    while (parser.HandleNextDocument(builder)) {
      // Of a comma where a document begins it makes empty ones without end.
      if (documents.size() >= kMostDocuments) throw Fault{1, "more than 1,000 documents"};
      documents.push_back(builder.take());
    }
    return documents;
  } catch (const Fault& fault) {
    return fail(unreadable(fault.line, fault.why));
  } catch (const YAML::Exception& error) {
    return fail(unreadable(error.mark.is_null() ? 1 : error.mark.line + 1, error.msg));
  }
}

}  // namespace rescue::sigma
