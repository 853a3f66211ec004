#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "rescue/base/json.hpp"

namespace rescue::config {

/// Where a service's settings come from: default < JSON file < environment. The key "http.port" is
/// {"http":{"port":…}} in the file and RESCUE_INTAKE_HTTP_PORT in the environment of the service "intake".
///   auto source = config::Source::load("intake", path);
///   config.http_port = source->integer("http.port", 8081, 0, 65535);
///   RESCUE_TRY(source->finish());   // all faults together
/// Keys that nobody asked for are faults too, in the file and in the environment. Faults name the key and
/// where it stands, never the value: it may be a secret. One thread at a time.
class Source {
 public:
  /// `path` empty: no file. kInvalid when the file cannot be read, is over 1 MiB or is no JSON object.
  static Result<Source> load(std::string_view service, const std::string& path);
  /// For tests: the file's content and the environment (full name → value) given.
  static Result<Source> from(std::string_view service, const Json& file,
                             const std::map<std::string, std::string>& environment);

  std::string text(std::string_view key, std::string fallback);
  /// No fallback: absent or empty is a fault.
  std::string required_text(std::string_view key);
  std::int64_t integer(std::string_view key, std::int64_t fallback, std::int64_t min, std::int64_t max);
  /// "true" or "false" in the environment.
  bool boolean(std::string_view key, bool fallback);
  /// Whole seconds, from 0 to 10 years.
  std::chrono::seconds seconds(std::string_view key, std::chrono::seconds fallback);
  /// Whole milliseconds, from 0 to 10 years.
  std::chrono::milliseconds milliseconds(std::string_view key, std::chrono::milliseconds fallback);

  /// Adds a fault of the caller's own about `key`.
  void fault(std::string_view key, std::string text);
  /// kInvalid with every fault, a line each.
  Status finish();
  /// The same about the keys asked for only: for a program that reads a part of a service's settings.
  Status finish_part() const;

 private:
  Source() = default;
  /// The environment's text as JSON string, else the file's value, else nullptr. Remembers that `key` is
  /// known.
  const Json* find(std::string_view key);
  std::string origin(std::string_view key) const;
  std::string variable(std::string_view key) const;
  void find_unknown(const Json& node, const std::string& prefix);

  std::string service_;
  Json file_ = Json::object();
  std::map<std::string, Json> environment_;  ///< only variables with this service's prefix
  std::set<std::string, std::less<>> asked_;
  std::vector<std::string> faults_;
};

/// The value of `--config FILE` in argv, or "" ; kInvalid for any other argument.
Result<std::string> config_path(int argc, const char* const* argv);

}  // namespace rescue::config
