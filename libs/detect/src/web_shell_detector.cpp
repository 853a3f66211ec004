#include <algorithm>
#include <map>

#include "families.hpp"
#include "upload_watch.hpp"
#include "web_archives.hpp"
#include "web_watch.hpp"

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
  Callers by_address;
  std::vector<EvidenceRef> evidence;
};

/// The same of a file past the limit: enough to know when somebody was in.
struct CallTimes {
  Timestamp first{}, last{};
};

class WebShellDetector final : public Detector {
 public:
  explicit WebShellDetector(const RuleBook& rules) : rules_(rules), web_rules_(rules) {}

  evidence::FileReader* file_reader(const Scene& scene) override {
    files_ = std::make_unique<WebFiles>(scene, web_rules_);
    return files_.get();
  }

  void prepare(const Scene& scene, CaseFile& file) override {
    scan_ = files_->take(scene);
    file.files_scanned = scan_.files;
    file.bytes_scanned = scan_.bytes;
    file.gaps.append(scan_.gaps);
    watch_ = WebWatch(scene.artifacts.web.roots, scan_.suspicious);
    uploads_ = UploadWatch(scene.artifacts.web.roots, scan_.suspicious);
  }

  void on_event(const Scene& scene, const Event& event) override {
    const auto status = event.field(FieldName::kStatus);
    const bool answered = status.starts_with('2');
    if (!answered && !status.starts_with('3')) return;
    const auto index = watch_.file_at(event.field(FieldName::kTarget));
    uploads_.on_request(scene, event, index);
    if (!index || !answered) return;
    constexpr std::size_t kMostCalled = 2'000;  // of which everything is told
    if (calls_.size() < kMostCalled || calls_.contains(*index)) return called(calls_[*index], scene, event);
    if (scan_.suspicious[*index].rule->severity < Severity::kHigh) return;
    auto& times = other_calls_.try_emplace(*index, CallTimes{event.time, event.time}).first->second;
    times = {std::min(times.first, event.time), std::max(times.last, event.time)};
  }

  void finish(const Scene& scene, CaseFile& file) override {
    // The calls first: what was written in their time is worth more than the rest of a million look-alikes.
    report_calls(file);
    report_uncalled(file);
    const auto chosen = choose(file);
    const auto proofs = prove(scene, web_rules_, chosen);
    for (std::size_t i = 0; i < chosen.size(); ++i) report(*chosen[i], proofs[i].value_or(WebProof{}), file);
    if (uploads_.left_out() > 0) {
      file.gaps.push_back(
          {.path = "/",
           .reason = std::to_string(uploads_.left_out()) +
                     " request(s) that may have brought suspicious files were too many to keep",
           .prevents = "seeing how those files came",
           .grave = true});
    }
    if (watch_.left_out() == 0) return;
    file.gaps.push_back({.path = "/",
                         .reason = "more suspicious files than can be looked for in the access logs",
                         .prevents = "seeing who called what on the web server",
                         .grave = true});
  }

 private:
  void called(Calls& calls, const Scene& scene, const Event& event) {
    const bool post = event.field(FieldName::kMethod) == "POST";
    if (calls.count == 0 || event.time < calls.first) {
      calls.first = event.time;
      calls.first_address = event.address;
    }
    calls.last = std::max(calls.last, event.time);
    ++calls.count;
    calls.posts += post ? 1 : 0;
    constexpr std::size_t kMostAddresses = 1000, kMostAddressesInAll = 100'000, kEvidence = 3;
    if (calls.by_address.size() < kMostAddresses && addresses_ < kMostAddressesInAll) {
      auto& from = calls.by_address[std::string(event.address)];
      addresses_ += ++from.count == 1 ? 1 : 0;
      from.last = std::max(from.last, event.time);
    }
    if (calls.evidence.size() < kEvidence) calls.evidence.push_back(evidence_of(event, scene));
  }

  bool was_called(std::size_t index) const { return calls_.contains(index) || other_calls_.contains(index); }

  /// Which files are told one by one: of each rule so many, those first that were called or written in the
  /// time of a break-in, then the oldest. The others are counted.
  std::vector<const WebFile*> choose(CaseFile& file) const {
    const auto& files = scan_.suspicious;
    using Place = std::tuple<bool, bool, Timestamp, std::size_t>;
    std::vector<Place> line;
    for (std::size_t i = 0; i < files.size(); ++i)
      line.emplace_back(!was_called(i), file.break_in_at(files[i].mtime) == nullptr, files[i].mtime, i);
    std::sort(line.begin(), line.end());
    std::map<const Rule*, std::uint64_t> seen;
    std::vector<const WebFile*> chosen;
    for (const auto& place : line) {
      const auto& found = files[std::get<std::size_t>(place)];
      if (++seen[found.rule] <= KeptFindings::kMostOfARule) chosen.push_back(&found);
    }
    for (const auto& [rule, count] : seen)
      file.kept.leave_out(*rule, count - std::min<std::uint64_t>(count, KeptFindings::kMostOfARule));
    return chosen;
  }

  void report(const WebFile& found, const WebProof& proof, CaseFile& file) const {
    auto finding = found.rule->finding({{"path", found.path}});
    if (found.archive > 0) tell_packed(found, finding);
    finding.time = found.mtime;
    finding.linked = was_called(static_cast<std::size_t>(&found - scan_.suspicious.data()));
    if (proof.layers > 0) {
      finding.why +=
          " The code is hidden: it shows after decoding " + std::to_string(proof.layers) + " layer(s).";
    }
    EvidenceRef ref;
    ref.file = found.path;
    ref.sha256 = proof.sha256;
    ref.line = 1;
    for (const auto& line : proof.lines) {
      ref.line = line.number;
      ref.excerpt = line.text;
      finding.evidence.push_back(ref);
    }
    if (finding.evidence.empty()) finding.evidence.push_back(std::move(ref));
    finding.notes.push_back({found.mtime, finding.title, found.path});
    file.add(std::move(finding));
  }

  /// Of what lies in an archive. It weighs less where nobody can call it as it is.
  static void tell_packed(const WebFile& found, Finding& finding) {
    if (is_run_packed(std::string_view(found.path).substr(0, found.archive))) {
      finding.why += " It lies in an archive that a server runs as it is.";
      return;
    }
    finding.title += " (packed in an archive)";
    finding.why += " It lies packed in an archive: nobody can call it before it is unpacked.";
    if (finding.severity > Severity::kInfo)
      finding.severity = static_cast<Severity>(static_cast<int>(finding.severity) - 1);
  }

  void report_calls(CaseFile& file) const {
    std::vector<std::pair<Timestamp, std::size_t>> order;
    for (const auto& [index, calls] : calls_) order.emplace_back(calls.first, index);
    std::sort(order.begin(), order.end());
    for (const auto& [first, index] : order) report_calls(index, calls_.at(index), file);
    for (const auto& [index, times] : other_calls_)
      file.join_break_in({BreakIn::Way::kWebShell, "", "", times.first, end_of(times.last), std::nullopt});
    file.kept.leave_out(rules_.rule("webshell.called"), other_calls_.size());
  }

  static Timestamp end_of(Timestamp last_call) { return last_call + std::chrono::hours(1); }

  void report_calls(std::size_t index, const Calls& calls, CaseFile& file) const {
    const auto& found = scan_.suspicious[index];
    auto busiest =
        std::max_element(calls.by_address.begin(), calls.by_address.end(),
                         [](const auto& a, const auto& b) { return a.second.count < b.second.count; });
    const auto address = busiest == calls.by_address.end() ? calls.first_address : busiest->first;
    // A file that is no shell by itself may be a visitor's business: only who brought it there speaks.
    const auto upload = uploads_.of(index, calls.by_address);
    const bool grave = found.rule->severity >= Severity::kHigh;
    if (!grave && !(upload && upload->sure)) return;
    auto finding = rules_.rule("webshell.called")
                       .finding({{"path", found.path},
                                 {"address", address},
                                 {"count", std::to_string(calls.count)},
                                 {"posts", std::to_string(calls.posts)},
                                 {"addresses", std::to_string(calls.by_address.size())}});
    finding.time = calls.first;
    finding.evidence = calls.evidence;
    finding.notes.push_back({calls.first, finding.title, source_of(calls.evidence.front())});
    if (calls.last != calls.first) {
      finding.notes.push_back(
          {calls.last, "Last answered request to " + found.path, calls.evidence.back().file});
    }
    if (!upload) {
      return file.begin_break_in(
          {BreakIn::Way::kWebShell, "", address, calls.first, end_of(calls.last), std::nullopt},
          std::move(finding));
    }
    BreakIn break_in{BreakIn::Way::kWebShell, "",
                     upload->address,         std::min(upload->time, calls.first),
                     end_of(calls.last),      std::nullopt};
    break_in.through = upload->target;
    file.begin_break_in(std::move(break_in), upload_finding(found, *upload));
    file.add(std::move(finding));
  }

  /// That it came with a request is worth knowing, too, where nobody was seen to call it.
  void report_uncalled(CaseFile& file) const {
    for (const auto index : uploads_.files()) {
      const auto& found = scan_.suspicious[index];
      if (was_called(index) || found.rule->severity < Severity::kHigh) continue;
      if (const auto upload = uploads_.of(index, {})) file.add(upload_finding(found, *upload));
    }
  }

  /// How it came onto the server.
  Finding upload_finding(const WebFile& found, const Upload& upload) const {
    auto finding = rules_.rule("webshell.uploaded")
                       .finding({{"path", found.path},
                                 {"address", upload.address},
                                 {"target", upload.target},
                                 {"proof", upload.sure ? "The same address called it afterwards."
                                                       : "No other request came into question."}});
    if (!upload.sure) {
      finding.severity = Severity::kHigh;
      finding.confidence = Confidence::kMedium;
    }
    finding.time = upload.time;
    finding.evidence.push_back(upload.evidence);
    finding.notes.push_back({upload.time, finding.title, source_of(upload.evidence)});
    return finding;
  }

  const RuleBook& rules_;
  WebRules web_rules_;
  std::unique_ptr<WebFiles> files_;
  WebScan scan_;
  WebWatch watch_;
  UploadWatch uploads_;
  std::map<std::size_t, Calls> calls_;            // by place in the scan
  std::map<std::size_t, CallTimes> other_calls_;  // those past the limit
  std::size_t addresses_ = 0;
};

}  // namespace

std::unique_ptr<Detector> make_web_shell_detector(const RuleBook& rules) {
  return std::make_unique<WebShellDetector>(rules);
}

}  // namespace rescue::detect
