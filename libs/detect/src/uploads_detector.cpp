#include <algorithm>
#include <map>
#include <set>

#include "families.hpp"
#include "hash_set.hpp"
#include "rescue/evidence/access_log.hpp"
#include "text_map.hpp"

namespace rescue::detect {
namespace {

using evidence::Event;
using evidence::FieldName;

/// A script where none belongs, and who asked for it.
struct Script {
  std::uint64_t count = 0, posts = 0;
  Timestamp first{}, last{};
  std::string address;  ///< who asked first …
  Timestamp upload{};   ///< … and had uploaded something just before
  HashSet<> addresses;
  std::vector<EvidenceRef> evidence;
};

using Words = std::vector<std::string>;

bool has_any(std::string_view text, const Words& words) {
  return std::any_of(words.begin(), words.end(),
                     [&](const std::string& word) { return text.find(word) != text.npos; });
}

bool ends_with_any(std::string_view text, const Words& endings) {
  return std::any_of(endings.begin(), endings.end(),
                     [&](const std::string& ending) { return text.ends_with(ending); });
}

/// Scripts that were used right after an upload and are gone (T1190, T1505.003).
class UploadsDetector final : public Detector {
 public:
  explicit UploadsDetector(const RuleBook& rules)
      : after_(rules.rule("web.script_after_upload")),
        folders_(after_.match.at("folders").get<Words>()),
        endings_(after_.match.at("endings").get<Words>()),
        soon_(after_.match.value("within_minutes", 60)) {}

  void on_event(const Scene& scene, const Event& event) override {
    const auto status = event.field(FieldName::kStatus);
    const bool answered = status.starts_with('2');
    // A form leads on to its next page when it has taken a file; a script that leads elsewhere ran nothing.
    if (!answered && status != "302" && status != "303") return;
    const auto method = event.field(FieldName::kMethod);
    const auto target = event.field(FieldName::kTarget);
    if (answered && target.find('.') != target.npos) look_at_script(scene, event, target, method == "POST");
    if (method != "POST" && method != "PUT") return;
    auto* last = last_upload_.put(event.address, hash_of_text(event.address)).value;
    if (last == nullptr) return void(++left_out_);
    *last = event.time;
  }

  void finish(const Scene& scene, CaseFile& file) override {
    tell_left_out(file);
    if (!scene.artifacts.of_disk || scene.artifacts.web.roots.empty()) return;
    std::vector<std::pair<const std::string*, const Script*>> gone;
    scripts_.for_each([&](const std::string& path, const Script& script) {
      if (was_used(script) && !lies_on_disk(scene, path)) gone.emplace_back(&path, &script);
    });
    if (gone.empty()) return;
    const auto deaf = logs_that_do_not_tell(scene);
    for (const auto& log : deaf) {
      file.gaps.push_back({.path = log,
                           .reason = "this web server answers names that do not exist with success",
                           .prevents = "seeing scripts that were used and taken away",
                           .grave = true});
    }
    for (const auto& [path, script] : gone) {
      if (!deaf.contains(script->evidence.front().file)) report_script(*path, *script, file);
    }
  }

 private:
  static constexpr std::size_t kMostScripts = 20'000, kMostUploaders = 100'000;

  void look_at_script(const Scene& scene, const Event& event, std::string_view target, bool post) {
    const auto plain = target.substr(0, target.find('?'));
    const bool encoded = plain.find('%') != plain.npos;
    if (plain.size() > kMostPathBytes || (!encoded && !ends_with_any(plain, endings_))) return;
    const auto path = evidence::decode_path(plain);
    if (!ends_with_any(path, endings_) || !has_any(path, folders_)) return;
    const auto [script, is_new] = scripts_.put(path, hash_of_text(path));
    if (script == nullptr) return void(++left_out_);
    if (is_new) {
      const auto* upload = last_upload_.find(event.address);
      script->first = event.time;
      script->address = name_of(event.address);
      if (upload != nullptr && event.time - *upload <= soon_) script->upload = *upload;
    }
    script->last = event.time;
    ++script->count;
    script->posts += post ? 1 : 0;
    constexpr std::size_t kMostAddresses = 100, kEvidence = 3;
    if (script->addresses.size() < kMostAddresses) script->addresses.add(hash_of_text(event.address));
    if (script->evidence.size() < kEvidence) script->evidence.push_back(evidence_of(event, scene));
  }

  static void begin(const std::string& address, Timestamp from, Timestamp to, Finding finding,
                    CaseFile& file) {
    // What the same intruder did with it is a part of it.
    for (const auto& known : file.break_ins) {
      if (known.address == address && known.from >= from && known.from <= to + std::chrono::hours(24))
        to = std::max(to, known.to);
    }
    file.begin_break_in({.way = BreakIn::Way::kWebAttack,
                         .account = "",
                         .address = address,
                         .from = from,
                         .to = to,
                         .finding = {}},
                        std::move(finding));
  }

  static bool lies_on_disk(const Scene& scene, const std::string& path) {
    const auto& roots = scene.artifacts.web.roots;
    return std::any_of(roots.begin(), roots.end(), [&](const evidence::WebRoot& root) {
      const auto prefix = root.url_path == "/" ? std::string() : root.url_path;
      if (!path.starts_with(prefix)) return false;
      const auto info =
          scene.root.info(root.directory + path.substr(prefix.size()), evidence::SafeRoot::LastLink::kFollow);
      return info || info.error().code != ErrorCode::kNotFound;
    });
  }

  static bool was_used(const Script& script) {
    constexpr std::size_t kFewAddresses = 2;
    return script.upload != Timestamp{} && script.count >= 2 && script.posts > 0 &&
           script.addresses.size() <= kFewAddresses;
  }

  /// Logs in which names that nothing lies at are answered with success: those asked for and no more.
  std::set<std::string> logs_that_do_not_tell(const Scene& scene) const {
    constexpr std::size_t kMany = 20, kMostLooks = 2'000;
    std::map<std::string, std::size_t> missing;
    std::set<std::string> deaf;
    std::size_t looks = 0;
    scripts_.for_each([&](const std::string& path, const Script& script) {
      const auto& log = script.evidence.front().file;
      if (script.posts > 0 || deaf.contains(log) || ++looks > kMostLooks || lies_on_disk(scene, path)) return;
      if (++missing[log] >= kMany) deaf.insert(log);
    });
    return deaf;
  }

  void tell_left_out(CaseFile& file) const {
    if (left_out_ == 0) return;
    file.gaps.push_back(
        {.path = "/",
         .reason = std::to_string(left_out_) +
                   " request(s) for scripts among uploads, or that uploaded, were too many to keep",
         .prevents = "seeing scripts that were used and taken away",
         .grave = true});
  }

  void report_script(const std::string& path, const Script& script, CaseFile& file) const {
    auto finding = after_.finding({{"path", path},
                                   {"address", script.address},
                                   {"count", std::to_string(script.count)},
                                   {"posts", std::to_string(script.posts)},
                                   {"addresses", std::to_string(script.addresses.size())}});
    finding.time = script.first;
    finding.evidence = script.evidence;
    finding.notes.push_back({script.first, finding.title, source_of(script.evidence.front())});
    begin(script.address, script.upload, script.last + std::chrono::hours(1), std::move(finding), file);
  }

  static constexpr std::size_t kMostPathBytes = 1'000;
  const Rule& after_;
  Words folders_, endings_;
  std::chrono::minutes soon_;
  TextMap<Timestamp> last_upload_{kMostUploaders};
  TextMap<Script> scripts_{kMostScripts};
  std::uint64_t left_out_ = 0;
};

}  // namespace

std::unique_ptr<Detector> make_uploads_detector(const RuleBook& rules) {
  return std::make_unique<UploadsDetector>(rules);
}

}  // namespace rescue::detect
