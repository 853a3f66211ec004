#include "shell_traces.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "log_names.hpp"
#include "request_rules.hpp"
#include "rescue/base/ascii.hpp"

namespace rescue::detect {
namespace {

using evidence::FieldName;

// A log with whole seconds may have the effect in the second of the cause, or cut to the one before it.
constexpr auto kSlack = std::chrono::seconds(1);

/// What the command itself wrote. Most of an error log's text was chosen by clients: only what stands where
/// the web server lays its programs' words counts, and what begins as a shell's or a tool's words do.
std::string_view words_of_command(const evidence::Event& error, const Json& beginnings) {
  auto text = error.field(FieldName::kTarget).substr(0, 2'000);
  if (error.field(FieldName::kService) != "stderr") {
    constexpr std::string_view kCgi = "AH01215: ", kFrom = "stderr from ",
                               kFastCgi = "FastCGI sent in stderr: \"";
    constexpr std::size_t kMostBefore = 16;  // the number of nginx's connection
    const auto fast = text.find(kFastCgi);
    if (text.starts_with(kCgi)) {
      text.remove_prefix(kCgi.size());
      if (text.starts_with(kFrom)) text.remove_prefix(std::min(text.find(": "), text.size() - 2) + 2);
    } else if (fast < kMostBefore) {
      text.remove_prefix(fast + kFastCgi.size());
    } else {
      return {};
    }
  }
  const bool meant = std::any_of(beginnings.begin(), beginnings.end(), [&](const Json& beginning) {
    return text.starts_with(beginning.get_ref<const std::string&>());
  });
  return meant ? text : std::string_view();
}

bool is_of_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

std::set<std::string> words_in(std::string_view text) {
  std::set<std::string> words;
  std::string word;
  for (const char c : lower_ascii(text) + " ") {
    if (is_of_word(c)) {
      word += c;
    } else if (!word.empty()) {
      words.insert(std::exchange(word, ""));
    }
  }
  return words;
}

/// The trace names what the request asked for: a tool, or a file that it was to work on.
bool names_its_tool(std::string_view text, std::string_view target) {
  static const std::set<std::string, std::less<>> kOfShells{
      "sh",     "bash",   "dash", "bin",  "usr",       "not",  "found", "command", "cannot",
      "create", "access", "no",   "such", "directory", "file", "or",    "line",    "php",
      "tmp",    "etc",    "var",  "www",  "html",      "is",   "a"};
  constexpr std::size_t kShortest = 2;
  const auto asked = words_in(decoded_target(target));
  const auto said = words_in(text);
  return std::any_of(said.begin(), said.end(), [&](const std::string& word) {
    const bool number = word.find_first_not_of("0123456789") == word.npos;
    return word.size() >= kShortest && !number && !kOfShells.contains(word) && asked.contains(word);
  });
}

bool may_be_of_one_site(std::string_view a, std::string_view b) {
  const auto one = site_of_log(a), other = site_of_log(b);
  return one.empty() || other.empty() || one == other;
}

}  // namespace

ShellTraces::ShellTraces(const RuleBook& rules) {
  for (const auto* rule : rules.family("web")) {
    if (rule->match.contains("texts")) rules_.push_back(rule);
  }
}

void ShellTraces::add(const Scene& scene, const evidence::Event& error) {
  constexpr std::size_t kMostKept = 20'000, kMostBytes = 200;
  for (const auto* rule : rules_) {
    const auto message = words_of_command(error, rule->match.at("beginnings"));
    const auto text = lower_ascii(message);
    const auto& texts = rule->match.at("texts");
    const bool meant = std::any_of(texts.begin(), texts.end(), [&](const Json& wanted) {
      return text.find(wanted.get_ref<const std::string&>()) != text.npos;
    });
    if (!meant) continue;
    if (traces_.size() >= kMostKept) {
      ++left_out_;
      continue;
    }
    traces_.push_back({rule, error.time, name_of(error.address), std::string(message.substr(0, kMostBytes)),
                       evidence_of(error, scene)});
  }
}

void ShellTraces::settle(const std::vector<Timestamp>& causes, std::chrono::seconds within) {
  constexpr std::uint64_t kOften = 3;
  std::stable_sort(traces_.begin(), traces_.end(),
                   [](const Trace& a, const Trace& b) { return a.time < b.time; });
  std::map<std::string_view, std::uint64_t> alone;
  for (const auto& trace : traces_) {
    const auto cause = std::lower_bound(causes.begin(), causes.end(), trace.time - within);
    if (cause != causes.end() && *cause - kSlack <= trace.time) continue;
    if (++alone[trace.text] == kOften) common_.insert(trace.text);
  }
}

ShellTraces::Effect ShellTraces::of(const Cause& cause, std::chrono::seconds within) const {
  Effect best;
  auto at = std::lower_bound(traces_.begin(), traces_.end(), cause.time - kSlack,
                             [](const Trace& trace, Timestamp t) { return trace.time < t; });
  constexpr std::size_t kMostLooks = 1'000;
  for (std::size_t n = 0; n < kMostLooks && at != traces_.end() && at->time <= cause.time + within;
       ++n, ++at) {
    const bool own = !at->address.empty() && at->address == cause.address;
    if (own) return {&*at, Tie::kClient};
    if (!at->address.empty() || common_.contains(at->text)) continue;
    if (!may_be_of_one_site(at->evidence.file, cause.log)) continue;
    const auto tie = names_its_tool(at->text, cause.target) ? Tie::kTool : Tie::kMoment;
    if (best.trace == nullptr || tie > best.tie) best = {&*at, tie};
  }
  return best;
}

void ShellTraces::report(CaseFile& file) const {
  std::set<const Rule*> told;
  for (const auto& trace : traces_) {
    if (!told.insert(trace.rule).second) continue;
    auto finding = trace.rule->finding({{"text", trace.text}, {"address", trace.address}});
    finding.time = trace.time;
    finding.evidence.push_back(trace.evidence);
    finding.notes.push_back({trace.time, finding.title, source_of(trace.evidence)});
    file.add(std::move(finding));
  }
  if (left_out_ == 0) return;
  file.gaps.push_back(
      {.path = "/",
       .reason = std::to_string(left_out_) + " line(s) that commands wrote were too many to keep",
       .prevents = "seeing which requests ran a command",
       .grave = true});
}

}  // namespace rescue::detect
