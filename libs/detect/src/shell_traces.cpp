#include "shell_traces.hpp"

#include <algorithm>
#include <set>
#include "rescue/base/ascii.hpp"

namespace rescue::detect {
namespace {

using evidence::FieldName;

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

}  // namespace

ShellTraces::ShellTraces(const RuleBook& rules) {
  for (const auto* rule : rules.family("web")) {
    if (rule->match.contains("texts")) rules_.push_back(rule);
  }
}

void ShellTraces::add(const Scene& scene, const evidence::Event& error) {
  constexpr std::size_t kMostKept = 2'000, kMostBytes = 200;
  for (const auto* rule : rules_) {
    const auto message = words_of_command(error, rule->match.at("beginnings"));
    const auto text = lower_ascii(message);
    const auto& texts = rule->match.at("texts");
    const bool meant = std::any_of(texts.begin(), texts.end(), [&](const Json& wanted) {
      return text.find(wanted.get_ref<const std::string&>()) != text.npos;
    });
    if (!meant || traces_.size() >= kMostKept) continue;
    traces_.push_back({rule, error.time, name_of(error.address), std::string(message.substr(0, kMostBytes)),
                       evidence_of(error, scene)});
  }
}

const ShellTraces::Trace* ShellTraces::after(Timestamp t, std::chrono::seconds within,
                                             std::string_view address) const {
  // A log with whole seconds may have the effect in the second of the cause, or cut to the one before it.
  const auto from = t - std::chrono::seconds(1);
  const auto at = std::find_if(traces_.begin(), traces_.end(), [&](const Trace& trace) {
    const bool may_be = trace.address.empty() || trace.address == address;
    return may_be && trace.time >= from && trace.time <= t + within;
  });
  return at == traces_.end() ? nullptr : &*at;
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
}

}  // namespace rescue::detect
