#include "options.hpp"

#include <charconv>
#include <thread>

namespace rescue::probe {
namespace {

Result<unsigned> number(const std::string& name, const std::string& text, unsigned most) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 1 || value > most) {
    return fail(ErrorCode::kInvalid, "bad-option",
                name + " takes a number from 1 to " + std::to_string(most));
  }
  return value;
}

Status apply(const std::string& name, const std::string& value, Options& options) {
  constexpr unsigned kMostJobs = 64, kMostSeconds = 7 * 86400;
  if (name == "--root") {
    options.root = value;
  } else if (name == "--out") {
    options.out = value;
  } else if (name == "--stats") {
    options.stats = value;
  } else if (name == "--jobs") {
    RESCUE_ASSIGN(options.investigation.jobs, number(name, value, kMostJobs));
  } else if (name == "--time-limit") {
    RESCUE_ASSIGN(const auto seconds, number(name, value, kMostSeconds));
    options.investigation.time_limit = std::chrono::seconds(seconds);
  } else if (name == "--since") {
    RESCUE_ASSIGN(options.investigation.since, parse_rfc3339(value));
  } else {
    return fail(ErrorCode::kInvalid, "bad-option", name + ": no such option");
  }
  return {};
}

}  // namespace

Result<Options> parse_options(const std::string& command, const std::vector<std::string>& arguments) {
  Options options;
  options.investigation.files_only = command == "scan";
  options.investigation.jobs = std::max(1U, std::thread::hardware_concurrency());
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    auto name = arguments[i];
    if (options.investigation.files_only && options.root.empty() && !name.starts_with('-')) {
      options.root = name;
      continue;
    }
    std::string value;
    if (const auto equals = name.find('='); equals != name.npos) {
      value = name.substr(equals + 1);
      name.resize(equals);
    } else if (i + 1 < arguments.size()) {
      value = arguments[++i];
    }
    if (value.empty()) return fail(ErrorCode::kInvalid, "bad-option", name + " takes a value");
    RESCUE_TRY(apply(name, value, options));
  }
  if (options.root.empty()) {
    return fail(ErrorCode::kInvalid, "bad-option",
                options.investigation.files_only ? "the folder to scan is missing" : "--root DIR is missing");
  }
  if (options.out.empty()) return fail(ErrorCode::kInvalid, "bad-option", "--out FILE.json is missing");
  return options;
}

const char* usage() {
  return R"(rescue-probe reads the disk of a server and says whether and how somebody broke in.

  rescue-probe investigate --root DIR --out FILE.json [--jobs N] [--since RFC3339]
                           [--stats FILE] [--time-limit SECONDS]
  rescue-probe scan DIR --out FILE.json [--jobs N] [--stats FILE] [--time-limit SECONDS]
  rescue-probe --version
  rescue-probe --help

`scan` judges a folder of web code alone: no logs, accounts or settings of a server are looked for.

  --root DIR            where the server's disk is mounted; nothing is ever written there
  --out FILE.json       the result (api/schemas/investigation.schema.json); the same disk gives the same bytes
  --jobs N              reading threads; as many as the machine has processors by default
  --since RFC3339       leave out older log lines, e.g. 2026-09-01T00:00:00+09:00
  --stats FILE          timings, as JSON
  --time-limit SECONDS  stop reading after that; what was not read is told as a gap

Exit code: 0 done, whatever was found; 1 the root or an output file cannot be used; 2 wrong usage.
)";
}

}  // namespace rescue::probe
