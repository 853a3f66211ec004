#include "rescue/log/logger.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace rescue::log {
namespace {

constexpr std::size_t kLineBytesMax = 16 * 1024;
constexpr std::size_t kTextBytesMax = 1000;

/// What a thread keeps until its Together ends.
struct Kept {
  const std::mutex* by = nullptr;
  std::string lines;
};
thread_local Kept kept;

bool is_ascii(char c) {
  return c >= ' ' && c <= '~';
}

/// What stands in a JSON string as it is when all others are escaped.
bool is_plain(char c) {
  return is_ascii(c) && c != '"' && c != '\\';
}

void append_text(std::string& out, const std::string& text) {
  if (!std::all_of(text.begin(), text.end(), is_plain)) {
    out += Json(text).dump(-1, ' ', true, Json::error_handler_t::replace);
    return;
  }
  out += '"';
  out += text;
  out += '"';
}

void append_value(std::string& out, const Json& value) {
  if (value.is_string()) return append_text(out, value.get_ref<const std::string&>());
  out += value.dump(-1, ' ', true, Json::error_handler_t::replace);
}

/// The members of `fields` as they stand inside an object, each with a comma before it. A field cannot pose
/// as one of the logger's own.
void append_members(std::string& out, const Json& fields) {
  for (const auto& [name, value] : fields.get_ref<const Json::object_t&>()) {
    const bool own = name == "time" || name == "level" || name == "service" || name == "event";
    out += ',';
    append_text(out, own ? name + "_" : name);
    out += ':';
    append_value(out, value);
  }
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

void Logger::info(std::string_view event, const JsonObjectText& fields) const {
  if (Level::kInfo < options_.minimum) return;
  const auto members = fields.members();
  const bool as_it_is =
      members.size() < kLineBytesMax / 2 && std::all_of(members.begin(), members.end(), is_ascii);
  if (!as_it_is)
    return write(Level::kInfo, event, parse_json("{" + std::string(members) + "}").value_or(Json::object()));
  std::string line = head(Level::kInfo, event);
  if (!members.empty()) line += ',';
  line += members;
  line += "}\n";
  put(line);
}

std::string Logger::head(Level level, std::string_view event) const {
  std::string line;
  line.reserve(512);
  line += R"({"time":")";
  line += format_rfc3339(clock_->now());
  line += R"(","level":")";
  line += to_string(level);
  line += R"(","service":)";
  append_text(line, options_.service);
  line += R"(,"event":)";
  append_text(line, std::string(event));
  return line;
}

void Logger::write(Level level, std::string_view event, const Json& fields) const {
  if (level < options_.minimum) return;
  std::string line = head(level, event);
  const std::size_t begin = line.size();
  const auto finish = [&](const Json& members) {
    line.resize(begin);
    append_members(line, members.is_object() ? members : Json{{"value", members}});
    line += "}\n";
    return line.size() <= kLineBytesMax;
  };
  if (!finish(fields) && !finish(with_short_texts(fields))) finish(only_ids(fields));
  put(line);
}

Logger::Together::Together(const Logger& logger) : logger_(logger) {
  kept.by = logger.mutex_.get();
}

Logger::Together::~Together() {
  kept.by = nullptr;
  if (!kept.lines.empty()) logger_.put(kept.lines);
  kept.lines.clear();
}

void Logger::put(std::string_view line) const {
  if (kept.by == mutex_.get()) {
    kept.lines += line;
    return;
  }
  const std::lock_guard lock(*mutex_);
  write_all(options_.fd, line);
}

}  // namespace rescue::log
