#include "options.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>
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

std::string listed(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

/// "ssh,cron"
Result<std::set<std::string>> families(std::string_view text) {
  const auto known = detect::detector_families();
  std::set<std::string> wanted;
  while (!text.empty()) {
    const auto comma = std::min(text.find(','), text.size());
    const std::string name(text.substr(0, comma));
    text.remove_prefix(std::min(comma + 1, text.size()));
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      return fail(ErrorCode::kInvalid, "bad-option",
                  "--only takes names out of " + listed(known) + ", with commas between");
    }
    wanted.insert(name);
  }
  return wanted;
}

Result<ProgressForm> progress_form(const std::string& text) {
  if (text == "none") return ProgressForm::kNone;
  if (text == "terminal") return ProgressForm::kTerminal;
  if (text == "ndjson") return ProgressForm::kLines;
  return fail(ErrorCode::kInvalid, "bad-option", "--progress takes none, terminal or ndjson");
}

Result<report::Language> language(const std::string& text) {
  auto known = report::parse_language(text);
  if (known) return known;
  return fail(ErrorCode::kInvalid, "bad-option", "--language takes ja or en");
}

/// What runs is that of the machine that runs us: another disk would be held against it.
Status check_live(const Options& options) {
  std::error_code ignored;
  const auto& how = options.investigation;
  if (!options.live ||
      (!how.loose && !how.files_only && std::filesystem::weakly_canonical(options.root, ignored) == "/"))
    return {};
  return fail(ErrorCode::kInvalid, "bad-option", "--live goes with --root / alone");
}

Status apply(const std::string& name, const std::string& value, Options& options) {
  constexpr unsigned kMostJobs = 64, kMostSeconds = 7 * 86400, kMostMemoryMib = 1U << 20U;
  if (name == "--root" || name == "--evidence") {
    if (!options.root.empty()) {
      return fail(ErrorCode::kInvalid, "bad-option", "one of --root and --evidence, once");
    }
    options.root = value;
    options.investigation.loose = name == "--evidence";
  } else if (name == "--out") {
    options.out = value;
  } else if (name == "--html") {
    options.html = value;
  } else if (name == "--language") {
    RESCUE_ASSIGN(options.language, language(value));
  } else if (name == "--stats") {
    options.stats = value;
  } else if (name == "--sigma" && !options.investigation.files_only) {
    options.sigma = value;
  } else if (name == "--package-cache") {
    options.package_cache = value;
  } else if (name == "--rules") {
    options.rules = value;
  } else if (name == "--yara") {
    options.yara = value;
  } else if (name == "--jobs") {
    RESCUE_ASSIGN(options.investigation.jobs, number(name, value, kMostJobs));
  } else if (name == "--time-limit") {
    RESCUE_ASSIGN(const auto seconds, number(name, value, kMostSeconds));
    options.investigation.time_limit = std::chrono::seconds(seconds);
  } else if (name == "--memory") {
    RESCUE_ASSIGN(const auto mib, number(name, value, kMostMemoryMib));
    options.memory_bytes = std::uint64_t{mib} << 20U;
  } else if (name == "--only") {
    RESCUE_ASSIGN(options.investigation.only, families(value));
  } else if (name == "--progress") {
    RESCUE_ASSIGN(options.progress, progress_form(value));
  } else if (name == "--clock") {
    RESCUE_ASSIGN(options.clock, parse_rfc3339(value));
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
    if (name == "--live") {
      options.live = true;
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
                options.investigation.files_only ? "the folder to scan is missing"
                                                 : "--root DIR or --evidence DIR is missing");
  }
  if (options.out.empty()) return fail(ErrorCode::kInvalid, "bad-option", "--out FILE.json is missing");
  RESCUE_TRY(check_live(options));
  return options;
}

const char* usage() {
  return R"(rescue-probe reads the disk of a server and says whether and how somebody broke in.

  rescue-probe investigate --root DIR | --evidence DIR --out FILE.json [--jobs N] [--memory MIB]
                           [--only FAMILY,…] [--since RFC3339] [--time-limit SECONDS]
                           [--html FILE] [--language ja|en] [--stats FILE] [--package-cache DIR]
                           [--rules DIR] [--yara DIR] [--sigma DIR] [--progress none|terminal|ndjson]
  rescue-probe investigate --root / --live [--clock RFC3339] --out FILE.json …
  rescue-probe scan DIR --out FILE.json [--jobs N] [--memory MIB] [--time-limit SECONDS] [--html FILE]
                        [--language ja|en] [--stats FILE] [--rules DIR]
                        [--yara DIR] [--progress none|terminal|ndjson]
  rescue-probe check-rules DIR
  rescue-probe --version
  rescue-probe --help

`scan` judges a folder of web code alone: no logs, accounts or settings of a server are looked for.

`check-rules` runs the examples of rules that --rules takes, each laid out in a temporary folder.

  --root DIR            where the server's disk is mounted; nothing is ever written there
  --live                the server runs, and its root is /: processes, sockets, modules, mounts and log-ins are taken
                        before anything else is read, and become findings and the document's `live`; as root, or
                        with gaps as an ordinary user
  --clock RFC3339       with --live: what the caller's clock says, so that the server's can be held against it
  --evidence DIR        a loose folder of logs, journals and web files, told by what is in them, not by their
                        names; conclusions that need the server's disk are told as gaps
  --out FILE.json       the result (api/schemas/investigation.schema.json); the same disk gives the same bytes
  --html FILE           the result as a page to read and print; it loads and runs nothing
  --language ja|en      of that page; English by default
  --jobs N              reading threads; as many as the machine has processors by default
  --memory MIB          what the reading process may take; a file that needs more is a gap
  --only FAMILY,…       look for these only: ssh, logins, webshell, uploads, requests, web_logins, yara, keys,
                        accounts, cron, packages, boot, preload, login, rights, kernel, staging, covering,
                        containers, redis, databases, commands, software, side_notes, traces, silences, mail,
                        sigma, journal
  --since RFC3339       leave out older log lines, e.g. 2026-09-01T00:00:00+09:00
  --stats FILE          timings, as JSON
  --package-cache DIR   original archives (*.deb, *.rpm) that the data base of packages is held against
  --rules DIR           your own rules (*.json below it) in the form of the built-in ones, beside these; a bad one is refused
  --yara DIR            your own YARA rules (*.yar, *.yara below it), looked for in every file; the variables filename,
                        filepath, extension, filetype and owner are set; a rule file with a fault is told as a gap
  --sigma DIR           run these Sigma rules (*.yml: Linux, auditd, web server) on the logs; what cannot be loaded
                        is a gap, and named one by one in --stats
  --time-limit SECONDS  stop reading after that; what was not read is told as a gap
  --progress FORM       files, bytes, rate and time left, on stderr: a terminal gets it by default, ndjson is for programs

The disk is read by a child process that can reach nothing else: the document's `sandbox` says which walls the
kernel offered. A file that kills the child is left out and told as a gap.

Exit code: 0 done, whatever was found; 1 the root or an output file cannot be used; 2 wrong usage, or
a rule of --rules that is none.
)";
}

}  // namespace rescue::probe
