#include "rescue/log/logger.hpp"

#include <unistd.h>

#include <cerrno>

namespace rescue::log {
namespace {

constexpr std::size_t kLineBytesMax = 16 * 1024;
constexpr std::size_t kTextBytesMax = 1000;

std::string ascii(const Json& value) {
  return value.dump(-1, ' ', true, Json::error_handler_t::replace);
}

/// The members of `fields` as they stand inside an object, each with a comma before it. A field cannot pose
/// as one of the logger's own.
std::string members(const Json& fields) {
  std::string out;
  for (const auto& item : fields.items()) {
    const auto& name = item.key();
    const bool own = name == "time" || name == "level" || name == "service" || name == "event";
    out += "," + ascii(own ? name + "_" : name) + ":" + ascii(item.value());
  }
  return out;
}

Json with_short_texts(const Json& value) {
  if (value.is_string() && value.get_ref<const std::string&>().size() > kTextBytesMax) {
    std::string text = value.get<std::string>();
    text.resize(kTextBytesMax);
    return text.append("[cut]");
  }
  if (!value.is_structured()) return value;
  Json out = value;
  for (auto& item : out) item = with_short_texts(item);
  return out;
}

Json only_ids(const Json& fields) {
  Json out = {{"cut", true}};
  for (const auto& item : fields.items()) {
    const bool is_id = item.key().size() > 3 && item.key().ends_with("_id");
    if (is_id && item.value().is_string() && item.value().get_ref<const std::string&>().size() < 200) {
      out[item.key()] = item.value();
    }
    if (out.size() > 20) break;
  }
  return out;
}

void write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;  // a log that cannot be written must not stop the service
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace

std::string_view to_string(Level level) {
  switch (level) {
    case Level::kDebug:
      return "debug";
    case Level::kInfo:
      return "info";
    case Level::kWarn:
      return "warn";
    case Level::kError:
      return "error";
  }
  return "error";
}

Result<Level> parse_level(std::string_view text) {
  for (const auto level : {Level::kDebug, Level::kInfo, Level::kWarn, Level::kError}) {
    if (text == to_string(level)) return level;
  }
  return fail(ErrorCode::kInvalid, "not-allowed-value", "must be one of: debug, info, warn, error");
}

Logger::Logger(Options options, const Clock& clock)
    : options_(std::move(options)), clock_(&clock), mutex_(std::make_shared<std::mutex>()) {}

void Logger::debug(std::string_view event, const Json& fields) const {
  write(Level::kDebug, event, fields);
}
void Logger::info(std::string_view event, const Json& fields) const {
  write(Level::kInfo, event, fields);
}
void Logger::warn(std::string_view event, const Json& fields) const {
  write(Level::kWarn, event, fields);
}
void Logger::error(std::string_view event, const Json& fields) const {
  write(Level::kError, event, fields);
}

void Logger::write(Level level, std::string_view event, const Json& fields) const {
  if (level < options_.minimum) return;
  const std::string head = R"({"time":")" + format_rfc3339(clock_->now()) + R"(","level":")" +
                           std::string(to_string(level)) + R"(","service":)" + ascii(options_.service) +
                           R"(,"event":)" + ascii(std::string(event));
  const Json object = fields.is_object() ? fields : Json{{"value", fields}};
  std::string line = head + members(object) + "}\n";
  if (line.size() > kLineBytesMax) line = head + members(with_short_texts(object)) + "}\n";
  if (line.size() > kLineBytesMax) line = head + members(only_ids(object)) + "}\n";
  const std::lock_guard lock(*mutex_);
  write_all(options_.fd, line);
}

}  // namespace rescue::log
