#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "rescue/base/json.hpp"

namespace rescue::config {

/// Where a service's settings come from: default < JSON file < environment. The key "http.port" is
/// {"http":{"port":…}} in the file and RESCUE_INTAKE_HTTP_PORT in the environment of the service "intake".
///   auto source = config::Source::load("intake", path);
///   config.http_port = source->integer("http.port", 8081, 0, 65535);
///   RESCUE_TRY(source->finish());   // all faults together; unknown keys of the file and environment are
///   faults
class Source {
 public:
  using Environment = std::function<std::optional<std::string>(const std::string& name)>;
  /// `path` empty: no file. kInvalid when the file cannot be read or is no JSON object.
  static Result<Source> load(std::string_view service, const std::string& path);
  /// For tests: the file's content and the environment ("NAME" → value) given.
  static Result<Source> from(std::string_view service, const Json& file,
                             std::map<std::string, std::string> environment);

  std::string text(std::string_view key, std::string fallback);
  /// No fallback: absent is a fault.
  std::string required_text(std::string_view key);
  std::int64_t integer(std::string_view key, std::int64_t fallback, std::int64_t min, std::int64_t max);
  bool boolean(std::string_view key, bool fallback);
  /// Whole seconds.
  std::chrono::seconds seconds(std::string_view key, std::chrono::seconds fallback);
  std::chrono::milliseconds milliseconds(std::string_view key, std::chrono::milliseconds fallback);

  void fault(std::string_view key, std::string text);
  /// kInvalid with every fault, a line each.
  Status finish();

 private:
  Source() = default;
  std::optional<std::string> value_of(std::string_view key);
  std::string service_;
  Json file_ = Json::object();
  std::map<std::string, std::string> environment_;
  std::set<std::string, std::less<>> asked_;
  std::vector<std::string> faults_;
};

/// The value of `--config FILE` in argv, or "" ; kInvalid for any other argument.
Result<std::string> config_path(int argc, const char* const* argv);

}  // namespace rescue::config
