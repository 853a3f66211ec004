#include "app.hpp"

#include <unistd.h>

#include <exception>
#include <filesystem>
#include <ostream>

#include "live_taking.hpp"
#include "options.hpp"
#include "output_file.hpp"
#include "own_rules.hpp"
#include "rescue/detect/investigation.hpp"
#include "rescue/evidence/excerpt.hpp"
#include "rescue/evidence/safe_root.hpp"
#include "sandbox.hpp"
#include "shared_memory.hpp"
#include "supervision.hpp"

namespace rescue::probe {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

/// Evidence is never written to, by mistake neither.
bool lies_inside(const std::string& path, const std::string& root) {
  std::error_code ignored;
  const auto parent = std::filesystem::weakly_canonical(std::filesystem::absolute(path, ignored), ignored);
  const auto top = std::filesystem::weakly_canonical(root, ignored);
  const auto relative = parent.lexically_relative(top);
  return top != "/" && !relative.empty() && *relative.begin() != "..";
}

/// What the document, the page and the timings are written to.
struct Outputs {
  OutputFile document;
  std::optional<OutputFile> page, stats;

  std::vector<OutputFile*> all() {
    std::vector<OutputFile*> files{&document};
    for (auto* more : {&page, &stats})
      if (*more) files.push_back(&**more);
    return files;
  }
};

Result<Outputs> open_outputs(const Options& options) {
  RESCUE_ASSIGN(auto document, OutputFile::open(options.out));
  Outputs outputs{std::move(document), std::nullopt, std::nullopt};
  if (!options.html.empty()) {
    RESCUE_ASSIGN(outputs.page, OutputFile::open(options.html));
  }
  if (!options.stats.empty()) {
    RESCUE_ASSIGN(outputs.stats, OutputFile::open(options.stats));
  }
  return outputs;
}

/// Families that nobody asked for, as a gap: what they would have found is not known.
void tell_what_is_not_looked_for(detect::InvestigationOptions& how) {
  if (how.only.empty()) return;
  std::string others;
  for (const auto& name : detect::detector_families()) {
    if (!how.only.contains(name) && name != "sigma") others += (others.empty() ? "" : ", ") + name;
  }
  if (others.empty()) return;
  how.gaps.push_back({.path = "/",
                      .reason = "not looked for, as asked (--only): " + others,
                      .prevents = "what these would have found",
                      .grave = true});
}

detect::InvestigationOptions options_for(const Options& options, const Attempt& attempt, SteadyTime begun,
                                         detect::FindingsBoard& found) {
  auto how = options.investigation;
  found.clear();
  how.found = &found;
  if (!options.sigma.empty() && !how.only.empty()) how.only.insert("sigma");
  how.jobs = attempt.jobs;
  tell_what_is_not_looked_for(how);
  how.left_out = attempt.left_out;
  how.gaps.insert(how.gaps.end(), attempt.gaps.begin(), attempt.gaps.end());
  how.read_logs = attempt.logs;
  if (!attempt.web_files) {
    if (how.only.empty())
      for (auto& name : detect::detector_families()) how.only.insert(std::move(name));
    how.only.erase("webshell");
    if (how.only.erase("yara") > 0 && !options.yara.empty()) {
      how.gaps.push_back({.path = "/",
                          .reason = "the YARA rules were left out with the web files",
                          .prevents = "what the YARA rules would have found there",
                          .grave = true});
    }
    if (how.only.empty()) how.only.insert("nothing");  // empty would be all
  }
  if (how.time_limit) {
    const auto taken =
        std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - begun);
    how.time_limit = std::max(std::chrono::seconds(1), *how.time_limit - taken);
  }
  return how;
}

/// The disk, and what was taken of the running server where it is one.
detect::InvestigationResult investigate_both(const evidence::SafeRoot& root, const Options& options,
                                             const detect::InvestigationOptions& how,
                                             const TakenLive* taken) {
  if (taken == nullptr) return detect::investigate(root, how);
  auto gaps = taken->gaps;
  const auto snapshot = evidence::LiveSnapshot::decode(taken->bytes(), gaps);
  const detect::LiveInput live{.snapshot = snapshot,
                               .own_folder = taken->own_folder,
                               .own_program = taken->own_program,
                               .caller_clock = options.clock,
                               .gaps = std::move(gaps)};
  auto result = detect::investigate(root, how, &live);
  result.stats["live_ms"] = taken->took.count();
  return result;
}

/// In the child: opens what it needs, shuts itself in, reads.
Status read_all(const Options& options, Outputs& outputs, detect::InvestigationOptions how,
                const TakenLive* taken, evidence::ReadBoard& board) {
  for (auto* file : outputs.all()) RESCUE_TRY(file->empty());
  RESCUE_ASSIGN(auto root, evidence::SafeRoot::open(options.root));
  root.tell(board);
  root.leave_out(how.left_out);
  SandboxWish wish{.readable = {options.root}, .memory_bytes = options.memory_bytes, .jobs = how.jobs};
  std::optional<evidence::SafeRoot> cache, yara, sigma;
  const auto open_further = [&](const std::string& folder, std::optional<evidence::SafeRoot>& place,
                                const evidence::SafeRoot*& known) -> Status {
    if (folder.empty()) return {};
    RESCUE_ASSIGN(place, evidence::SafeRoot::open(folder));
    known = &*place;
    wish.readable.push_back(folder);
    return {};
  };
  RESCUE_TRY(open_further(options.package_cache, cache, how.package_cache));
  RESCUE_TRY(open_further(options.yara, yara, how.yara));
  RESCUE_TRY(open_further(options.sigma, sigma, how.sigma));
  if (yara) {
    yara->tell(board);
    yara->leave_out(how.left_out);
  }
  // Its threads cannot honestly use more than this; what goes on longer has been taken over.
  if (how.time_limit) wish.cpu = *how.time_limit * how.jobs + std::chrono::minutes(1);
  const auto sandbox = enter_sandbox(wish);
  how.sandbox = to_json(sandbox.levels);
  if (!sandbox.openat2) {
    root.walk_by_components();
    for (auto* further : {&cache, &yara, &sigma})
      if (*further) (*further)->walk_by_components();
  }
  const auto result = investigate_both(root, options, how, taken);
  RESCUE_TRY(outputs.document.write(result.document));
  if (outputs.page) {
    RESCUE_ASSIGN(const auto page, report::render_investigation(result.document, options.language));
    RESCUE_TRY(outputs.page->write_text(page));
  }
  return outputs.stats ? outputs.stats->write(result.stats) : Status{};
}

/// The same with its exit code. What a damaged file makes throw is that file's end, not the investigation's.
int read_in_child(const Options& options, Outputs& outputs, const detect::InvestigationOptions& how,
                  const TakenLive* taken, evidence::ReadBoard& board, std::ostream& err) {
  try {
    const auto done = read_all(options, outputs, how, taken, board);
    if (done) return kDone;
    err << "rescue-probe: " << evidence::escape_excerpt(done.error().detail) << std::endl;
    return kFailed;
  } catch (const std::exception& error) {
    // It may hold bytes of the file that was read.
    err << "rescue-probe: " << evidence::escape_excerpt(error.what()) << std::endl;
    return kThrew;
  }
}

int investigate(const Options& options, std::ostream& err) {
  for (const auto& path : {options.out, options.html, options.stats}) {
    if (!path.empty() && lies_inside(path, options.root)) {
      err << "rescue-probe: " << path << " lies inside the root, where nothing is written\n";
      return kUsage;
    }
  }
  // What vanishes first is taken first.
  std::optional<TakenLive> taken;
  if (options.live) taken.emplace(take_live_evidence({}));
  const auto cannot = [&](const Error& error) {
    err << "rescue-probe: " << error.detail << '\n';
    return kFailed;
  };
  for (const auto& folder : {options.root, options.package_cache, options.yara, options.sigma}) {
    if (folder.empty()) continue;
    if (const auto root = evidence::SafeRoot::open(folder); !root) return cannot(root.error());
  }
  auto outputs = open_outputs(options);
  if (!outputs) return cannot(outputs.error());
  const auto begun = std::chrono::steady_clock::now();
  const auto usual = ::isatty(STDERR_FILENO) == 1 ? ProgressForm::kTerminal : ProgressForm::kNone;
  const SharedValue<detect::FindingsBoard> found;
  Progress progress(options.progress.value_or(usual), err, begun, &*found);
  const Supervision how{.jobs = options.investigation.jobs, .on_glance = [&](const auto& board) {
                          progress.tell(board, std::chrono::steady_clock::now());
                        }};
  const int code = supervise(
      how,
      [&](const Attempt& attempt, evidence::ReadBoard& board) {
        return read_in_child(options, *outputs, options_for(options, attempt, begun, *found),
                             taken ? &*taken : nullptr, board, err);
      },
      err);
  progress.end();
  if (code != kDone) return code;
  for (auto* file : outputs->all()) {
    if (const auto put = file->put_in_place(); !put) return cannot(put.error());
  }
  return kDone;
}

}  // namespace

int run(const std::vector<std::string>& arguments, std::ostream& out, std::ostream& err) {
  const auto first = arguments.empty() ? "" : arguments.front();
  if (first == "--version") {
    out << "rescue-probe " << RESCUE_VERSION << '\n';
    return kDone;
  }
  if (first == "--help" || first == "-h") {
    out << usage();
    return kDone;
  }
  if (first == "check-rules" && arguments.size() == 2) return check_rules(arguments[1], out, err);
  if (first != "investigate" && first != "scan") {
    err << usage();
    return kUsage;
  }
  auto options = parse_options(first, {arguments.begin() + 1, arguments.end()});
  if (!options) {
    err << "rescue-probe: " << options.error().detail << "\n\n" << usage();
    return kUsage;
  }
  if (options->rules.empty()) return investigate(*options, err);
  const auto own = read_own_rules(options->rules);
  if (!own) {
    err << "rescue-probe: " << own.error().detail << '\n';
    return kUsage;
  }
  options->investigation.rules = &own->book;
  return investigate(*options, err);
}

}  // namespace rescue::probe
