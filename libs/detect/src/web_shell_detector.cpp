#include <algorithm>
#include <map>
#include <set>

#include "families.hpp"
#include "rescue/evidence/access_log.hpp"
#include "web_files.hpp"

namespace rescue::detect {
namespace {

using evidence::Event;
using evidence::FieldName;

/// Who called a suspicious file, and how.
struct Calls {
  std::uint64_t count = 0;  ///< answered 200
  std::uint64_t posts = 0;
  Timestamp first{}, last{};
  std::string first_address;
  std::map<std::string, std::uint64_t> by_address;
  std::vector<EvidenceRef> evidence;
};

class WebShellDetector final : public Detector {
 public:
  explicit WebShellDetector(const RuleBook& rules) : rules_(rules), sinks_(rules) {}

  void prepare(const Scene& scene, CaseFile& file) override {
    scan_ = scan_web_files(scene, sinks_);
    file.files_scanned = scan_.files;
    file.bytes_scanned = scan_.bytes;
    std::move(scan_.gaps.begin(), scan_.gaps.end(), std::back_inserter(file.gaps));
    for (std::size_t i = 0; i < scan_.suspicious.size(); ++i) {
      for (const auto& root : scene.artifacts.web.roots) watch(root, i);
    }
  }

  void on_event(const Scene& scene, const Event& event) override {
    if (by_url_.empty()) return;
    const auto target = event.field(FieldName::kTarget);
    // Decoding every request would be slow; the file's name stands in the target or something in it is
    // escaped.
    const bool escaped = target.find('%') != target.npos;
    if (!escaped && std::none_of(names_.begin(), names_.end(),
                                 [&](const std::string& name) { return target.find(name) != target.npos; })) {
      return;
    }
    auto path = evidence::decode_path(target);
    for (auto at = by_url_.find(path);; at = by_url_.find(path)) {
      if (at != by_url_.end()) return called(at->second, scene, event);
      const auto slash = path.rfind('/');  // PATH_INFO: /shell.php/anything
      if (slash == 0 || slash == path.npos) return;
      path.resize(slash);
    }
  }

  void finish(const Scene&, CaseFile& file) override {
    for (std::size_t i = 0; i < scan_.suspicious.size(); ++i) report(scan_.suspicious[i], i, file);
  }

 private:
  void watch(const evidence::WebRoot& root, std::size_t index) {
    const auto& path = scan_.suspicious[index].path;
    if (!path.starts_with(root.directory + "/")) return;
    const auto prefix = root.url_path == "/" ? "" : root.url_path;
    by_url_[prefix + path.substr(root.directory.size())] = index;
    names_.insert(path.substr(path.rfind('/') + 1));
  }

  void called(std::size_t index, const Scene& scene, const Event& event) {
    if (!event.field(FieldName::kStatus).starts_with('2')) return;
    auto& calls = calls_[index];
    const bool post = event.field(FieldName::kMethod) == "POST";
    if (calls.count == 0 || event.time < calls.first) {
      calls.first = event.time;
      calls.first_address = event.address;
    }
    calls.last = std::max(calls.last, event.time);
    ++calls.count;
    calls.posts += post ? 1 : 0;
    constexpr std::size_t kMostAddresses = 1000, kEvidence = 3;
    if (calls.by_address.size() < kMostAddresses) ++calls.by_address[std::string(event.address)];
    if (calls.evidence.size() < kEvidence) calls.evidence.push_back(evidence_of(event, scene));
  }

  const Rule& rule_for(const WebFile& found) const {
    const PhpFlow* gravest = nullptr;
    for (const auto& flow : found.flows) {
      if (gravest == nullptr || flow.rule->severity > gravest->rule->severity) gravest = &flow;
    }
    if (found.image) return rules_.rule("webshell.code_in_image");
    return gravest != nullptr ? *gravest->rule : rules_.rule("webshell.script_in_uploads");
  }

  void report(const WebFile& found, std::size_t index, CaseFile& file) {
    const auto& rule = rule_for(found);
    auto finding = rule.finding({{"path", found.path}});
    finding.time = found.info.mtime;
    for (std::size_t i = 0; i < found.flows.size() && finding.evidence.size() < 5; ++i) {
      const auto& flow = found.flows[i];
      if (flow.rule != &rule && !found.image) continue;
      EvidenceRef ref;
      ref.file = found.path;
      ref.sha256 = found.sha256;
      ref.excerpt = found.lines[i];
      ref.line = flow.layers == 0 ? flow.line : 1;
      finding.evidence.push_back(std::move(ref));
      if (flow.layers > 0 && finding.evidence.size() == 1) {
        finding.why +=
            " The code is hidden: it shows after decoding " + std::to_string(flow.layers) + " layer(s).";
      }
    }
    if (finding.evidence.empty()) {
      EvidenceRef ref;
      ref.file = found.path;
      ref.sha256 = found.sha256;
      ref.line = 1;
      finding.evidence.push_back(std::move(ref));
    }
    const auto title = finding.title;
    const auto severity = finding.severity;
    const auto added = file.add(std::move(finding));
    file.notes.push_back({found.info.mtime, title, found.path, added});
    const auto calls = calls_.find(index);
    if (calls != calls_.end() && severity >= Severity::kHigh) report_calls(found, calls->second, file);
  }

  void report_calls(const WebFile& found, const Calls& calls, CaseFile& file) {
    auto busiest = std::max_element(calls.by_address.begin(), calls.by_address.end(),
                                    [](const auto& a, const auto& b) { return a.second < b.second; });
    const auto address = busiest == calls.by_address.end() ? calls.first_address : busiest->first;
    auto finding = rules_.rule("webshell.called")
                       .finding({{"path", found.path},
                                 {"address", address},
                                 {"count", std::to_string(calls.count)},
                                 {"posts", std::to_string(calls.posts)},
                                 {"addresses", std::to_string(calls.by_address.size())}});
    finding.time = calls.first;
    finding.evidence = calls.evidence;
    const auto title = finding.title;
    const auto index = file.add(std::move(finding));
    file.notes.push_back({calls.first, title, source_of(calls.evidence.front()), index});
    if (calls.last != calls.first) {
      file.notes.push_back(
          {calls.last, "Last answered request to " + found.path, calls.evidence.back().file, index});
    }
    file.break_ins.push_back(
        {BreakIn::Way::kWebShell, "", address, calls.first, calls.last + std::chrono::hours(1), index});
  }

  const RuleBook& rules_;
  PhpSinks sinks_;
  WebScan scan_;
  std::map<std::string, std::size_t> by_url_;
  std::set<std::string> names_;
  std::map<std::size_t, Calls> calls_;
};

}  // namespace

std::unique_ptr<Detector> make_web_shell_detector(const RuleBook& rules) {
  return std::make_unique<WebShellDetector>(rules);
}

}  // namespace rescue::detect
