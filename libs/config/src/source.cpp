#include "rescue/config/source.hpp"

#include <unistd.h>

#include <charconv>
#include <fstream>

namespace rescue::config {
namespace {

constexpr std::size_t kFileBytesMax = 1024 * 1024;
constexpr std::int64_t kTenYearsS = 10LL * 366 * 86'400;

std::string upper(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool lower = c >= 'a' && c <= 'z';
    out += lower ? static_cast<char>(c - 'a' + 'A') : c == '.' || c == '-' ? '_' : c;
  }
  return out;
}

std::string prefix_of(std::string_view service) {
  return "RESCUE_" + upper(service) + "_";
}

Result<std::string> read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return fail(ErrorCode::kInvalid, "bad-config", "cannot read " + path);
  std::string text(kFileBytesMax + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (in.bad()) return fail(ErrorCode::kInvalid, "bad-config", "cannot read " + path);
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (text.size() > kFileBytesMax) return fail(ErrorCode::kInvalid, "bad-config", path + " is over 1 MiB");
  return text;
}

std::optional<std::int64_t> whole_number(const Json& value) {
  if (value.is_number_unsigned() && value.get<std::uint64_t>() > INT64_MAX) return std::nullopt;
  if (value.is_number_integer()) return value.get<std::int64_t>();
  return std::nullopt;
}

std::optional<std::int64_t> whole_number(const std::string& text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

Result<Source> Source::load(std::string_view service, const std::string& path) {
  Json file = Json::object();
  if (!path.empty()) {
    RESCUE_ASSIGN(const auto text, read_file(path));
    auto parsed = parse_json(text);
    if (!parsed) return fail(ErrorCode::kInvalid, "bad-config", path + ": " + parsed.error().detail);
    file = *std::move(parsed);
  }
  std::map<std::string, std::string> environment;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const auto equals = text.find('=');
    if (equals == std::string_view::npos) continue;
    environment.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  auto source = from(service, file, environment);
  if (!source) return fail(ErrorCode::kInvalid, "bad-config", path + ": " + source.error().detail);
  return source;
}

Result<Source> Source::from(std::string_view service, const Json& file,
                            const std::map<std::string, std::string>& environment) {
  if (!file.is_object())
    return fail(ErrorCode::kInvalid, "bad-config", "the settings must be one JSON object");
  Source source;
  source.service_ = service;
  source.file_ = file;
  const auto prefix = prefix_of(service);
  for (const auto& [name, value] : environment) {
    if (name.starts_with(prefix)) source.environment_.emplace(name, value);
  }
  return source;
}

std::string Source::variable(std::string_view key) const {
  return prefix_of(service_) + upper(key);
}

std::string Source::origin(std::string_view key) const {
  const auto name = variable(key);
  return environment_.contains(name) ? std::string(key) + " (" + name + ")" : std::string(key);
}

const Json* Source::find(std::string_view key) {
  asked_.emplace(key);
  const auto it = environment_.find(variable(key));
  if (it != environment_.end()) return &it->second;
  const Json* node = &file_;
  while (true) {
    const auto dot = key.find('.');
    if (!node->is_object()) return nullptr;
    const auto child = node->find(key.substr(0, dot));
    if (child == node->end()) return nullptr;
    if (dot == std::string_view::npos) return &*child;
    node = &*child;
    key.remove_prefix(dot + 1);
  }
}

std::string Source::text(std::string_view key, std::string fallback) {
  const Json* value = find(key);
  if (value == nullptr) return fallback;
  if (!value->is_string()) {
    fault(key, "must be a text");
    return fallback;
  }
  return value->get<std::string>();
}

std::string Source::required_text(std::string_view key) {
  const Json* value = find(key);
  if (value == nullptr) {
    fault(key, "is required; set it in the file or as " + variable(key));
    return {};
  }
  auto out = text(key, "");
  if (value->is_string() && out.empty()) fault(key, "must not be empty");
  return out;
}

std::int64_t Source::integer(std::string_view key, std::int64_t fallback, std::int64_t min,
                             std::int64_t max) {
  const Json* value = find(key);
  if (value == nullptr) return fallback;
  const bool from_environment = environment_.contains(variable(key));
  const auto number =
      from_environment ? whole_number(value->get_ref<const std::string&>()) : whole_number(*value);
  if (!number || *number < min || *number > max) {
    fault(key, "must be a whole number from " + std::to_string(min) + " to " + std::to_string(max));
    return fallback;
  }
  return *number;
}

bool Source::boolean(std::string_view key, bool fallback) {
  const Json* value = find(key);
  if (value == nullptr) return fallback;
  if (value->is_boolean()) return value->get<bool>();
  const bool from_environment = environment_.contains(variable(key));
  if (from_environment && *value == "true") return true;
  if (from_environment && *value == "false") return false;
  fault(key, "must be true or false");
  return fallback;
}

std::chrono::seconds Source::seconds(std::string_view key, std::chrono::seconds fallback) {
  return std::chrono::seconds(integer(key, fallback.count(), 0, kTenYearsS));
}

std::chrono::milliseconds Source::milliseconds(std::string_view key, std::chrono::milliseconds fallback) {
  return std::chrono::milliseconds(integer(key, fallback.count(), 0, kTenYearsS * 1000));
}

void Source::fault(std::string_view key, std::string text) {
  faults_.push_back(origin(key) + ": " + std::move(text));
}

void Source::find_unknown(const Json& node, const std::string& prefix) {
  for (const auto& item : node.items()) {
    const auto key = prefix + item.key();
    if (asked_.contains(key)) continue;
    // A section: some known key begins with it.
    const auto below = asked_.lower_bound(key + ".");
    const bool is_section = below != asked_.end() && below->starts_with(key + ".");
    if (is_section && item.value().is_object()) {
      find_unknown(item.value(), key + ".");
    } else {
      faults_.push_back(key + (is_section ? ": must be an object" : ": no such setting"));
    }
  }
}

Status Source::finish() {
  find_unknown(file_, "");
  std::set<std::string> variables;
  for (const auto& key : asked_) variables.insert(variable(key));
  for (const auto& [name, value] : environment_) {
    if (!variables.contains(name)) faults_.push_back(name + ": no such setting (environment)");
  }
  return finish_part();
}

Status Source::finish_part() const {
  if (faults_.empty()) return {};
  std::string all;
  for (const auto& text : faults_) all += (all.empty() ? "" : "\n") + text;
  return fail(ErrorCode::kInvalid, "bad-config", all);
}

Result<std::string> config_path(int argc, const char* const* argv) {
  std::string path;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    const bool takes_value = argument == "--config" && i + 1 < argc && path.empty();
    if (!takes_value) {
      return fail(ErrorCode::kInvalid, "bad-config", "usage: " + std::string(argv[0]) + " [--config FILE]");
    }
    path = argv[++i];
  }
  return path;
}

}  // namespace rescue::config
