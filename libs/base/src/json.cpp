#include "rescue/base/json.hpp"

namespace rescue {
namespace {

constexpr int kDepthMax = 64;
const Json kEmptyObject = Json::object();

/// Builds the value through nlohmann's own DOM builder while watching depth and repeated keys.
class StrictBuilder : public nlohmann::detail::json_sax_dom_parser<Json> {
 public:
  using Base = nlohmann::detail::json_sax_dom_parser<Json>;
  explicit StrictBuilder(Json& root) : Base(root, false) {}

  bool start_object(std::size_t size) {
    keys_.emplace_back();
    return deeper() && Base::start_object(size);
  }
  bool end_object() {
    keys_.pop_back();
    --depth_;
    return Base::end_object();
  }
  bool start_array(std::size_t size) { return deeper() && Base::start_array(size); }
  bool end_array() {
    --depth_;
    return Base::end_array();
  }
  bool key(std::string& name) {
    if (!keys_.back().insert(name).second) {
      duplicate = name;
      return false;
    }
    return Base::key(name);
  }
  template <class Exception>
  bool parse_error(std::size_t position, const std::string&, const Exception&) {
    error_position = position;
    return false;
  }

  std::optional<std::string> duplicate;
  bool too_deep = false;
  std::size_t error_position = 0;

 private:
  bool deeper() {
    too_deep = ++depth_ > kDepthMax;
    return !too_deep;
  }
  int depth_ = 0;
  std::vector<std::set<std::string>> keys_;
};

/// RFC 6901 escaping of one reference token.
std::string pointer_token(std::string_view key) {
  std::string out = "/";
  for (const char c : key) {
    if (c == '~') {
      out += "~0";
    } else if (c == '/') {
      out += "~1";
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace

Result<Json> parse_json(std::string_view text) {
  Json root;
  StrictBuilder builder(root);
  const bool ok = Json::sax_parse(text.begin(), text.end(), &builder);
  if (ok) return root;
  if (builder.duplicate) {
    return fail(ErrorCode::kInvalid, "duplicate-key",
                "the key \"" + *builder.duplicate + "\" stands twice in one object");
  }
  if (builder.too_deep) return fail(ErrorCode::kInvalid, "malformed-json", "more than 64 levels deep");
  return fail(ErrorCode::kInvalid, "malformed-json",
              "not valid JSON in UTF-8, at byte " + std::to_string(builder.error_position));
}

std::string dump_json(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

JsonReader::JsonReader(const Json& object, std::string pointer)
    : object_(&object), pointer_(std::move(pointer)) {
  if (!object.is_object()) {
    first_ = Error{ErrorCode::kInvalid, "wrong-type", "must be a JSON object", pointer_};
    object_ = &kEmptyObject;
  }
}

void JsonReader::fault(std::string_view key, std::string problem, std::string detail) {
  if (first_) return;
  first_ = Error{ErrorCode::kInvalid, std::move(problem), std::move(detail), pointer_ + pointer_token(key)};
}

const Json* JsonReader::find(std::string_view key, bool required) {
  seen_.emplace(key);
  const auto it = object_->find(key);
  if (it != object_->end() && !it->is_null()) return &*it;
  if (required) fault(key, "missing-field", "the field \"" + std::string(key) + "\" is required");
  return nullptr;
}

bool JsonReader::check_text(std::string_view key, const Json& value, const TextRules& rules) {
  if (!value.is_string()) {
    fault(key, "wrong-type", "must be a text");
    return false;
  }
  const auto& text = value.get_ref<const std::string&>();
  if (text.size() < rules.min_bytes || text.size() > rules.max_bytes) {
    fault(key, "wrong-length",
          "must have " + std::to_string(rules.min_bytes) + " to " + std::to_string(rules.max_bytes) +
              " bytes, has " + std::to_string(text.size()));
    return false;
  }
  return true;
}

std::string JsonReader::text(std::string_view key, TextRules rules) {
  const Json* value = find(key, true);
  return value != nullptr && check_text(key, *value, rules) ? value->get<std::string>() : std::string();
}

std::optional<std::string> JsonReader::optional_text(std::string_view key, TextRules rules) {
  const Json* value = find(key, false);
  if (value == nullptr || !check_text(key, *value, rules)) return std::nullopt;
  return value->get<std::string>();
}

std::string JsonReader::one_of(std::string_view key, const std::vector<std::string>& allowed) {
  const std::string value = text(key);
  for (const auto& candidate : allowed) {
    if (value == candidate) return value;
  }
  std::string list;
  for (const auto& candidate : allowed) list += (list.empty() ? "" : ", ") + candidate;
  fault(key, "not-allowed-value", "must be one of: " + list);
  return {};
}

std::optional<std::int64_t> JsonReader::optional_integer(std::string_view key, std::int64_t min,
                                                         std::int64_t max) {
  const Json* value = find(key, false);
  if (value == nullptr) return std::nullopt;
  const bool fits =
      value->is_number_integer() && !(value->is_number_unsigned() && value->get<std::uint64_t>() > INT64_MAX);
  if (!fits || value->get<std::int64_t>() < min || value->get<std::int64_t>() > max) {
    fault(key, "out-of-range",
          "must be a whole number from " + std::to_string(min) + " to " + std::to_string(max));
    return std::nullopt;
  }
  return value->get<std::int64_t>();
}

std::int64_t JsonReader::integer(std::string_view key, std::int64_t min, std::int64_t max) {
  find(key, true);
  return optional_integer(key, min, max).value_or(min);
}

bool JsonReader::boolean(std::string_view key, bool fallback) {
  const Json* value = find(key, false);
  if (value == nullptr) return fallback;
  if (!value->is_boolean()) {
    fault(key, "wrong-type", "must be true or false");
    return fallback;
  }
  return value->get<bool>();
}

std::optional<Timestamp> JsonReader::optional_time(std::string_view key) {
  const auto value = optional_text(key, {.min_bytes = 20, .max_bytes = 40});
  if (!value) return std::nullopt;
  const auto time = parse_rfc3339(*value);
  if (!time) {
    fault(key, time.error().problem, time.error().detail);
    return std::nullopt;
  }
  return *time;
}

std::vector<std::string> JsonReader::texts(std::string_view key, std::size_t max_items, TextRules rules) {
  const Json* value = find(key, true);
  if (value == nullptr) return {};
  if (!value->is_array() || value->size() > max_items) {
    fault(key, "wrong-type", "must be a list of at most " + std::to_string(max_items) + " texts");
    return {};
  }
  std::vector<std::string> out;
  std::set<std::string> known;
  for (std::size_t i = 0; i < value->size(); ++i) {
    if (!check_text(key, (*value)[i], rules)) return {};
    out.push_back((*value)[i].get<std::string>());
    if (!known.insert(out.back()).second) {
      fault(key, "duplicate-item", "lists the same item twice");
      return {};
    }
  }
  return out;
}

JsonReader JsonReader::object(std::string_view key) {
  const Json* value = find(key, true);
  const std::string where = pointer_ + pointer_token(key);
  if (value == nullptr) return JsonReader(kEmptyObject, where);
  return JsonReader(*value, where);
}

std::optional<JsonReader> JsonReader::optional_object(std::string_view key) {
  const Json* value = find(key, false);
  if (value == nullptr) return std::nullopt;
  return JsonReader(*value, pointer_ + pointer_token(key));
}

const Json* JsonReader::raw(std::string_view key) {
  return find(key, false);
}

Status JsonReader::done() {
  if (first_) return fail(*first_);
  for (const auto& item : object_->items()) {
    if (seen_.find(item.key()) == seen_.end()) {
      std::string known;
      for (const auto& key : seen_) known += (known.empty() ? "" : ", ") + key;
      return fail(ErrorCode::kInvalid, "unknown-field", "no such field here; known are: " + known,
                  pointer_ + pointer_token(item.key()));
    }
  }
  return {};
}

}  // namespace rescue
