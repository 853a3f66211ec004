#include <algorithm>

#include "disk_finding.hpp"
#include "families.hpp"
#include "places.hpp"
#include "rescue/evidence/line_reader.hpp"

namespace rescue::detect {
namespace {

/// A dump of Redis begins with its name and a version; between its entries are bytes that no text has.
bool is_dump(std::string_view text) {
  return text.starts_with("REDIS0") || (text.find('\0') != text.npos && text.find("redis-ver") != text.npos);
}

using Words = std::vector<std::string>;

Words words_of(std::string_view line) {
  Words words;
  constexpr std::size_t kMostWords = 32;
  constexpr std::string_view kBlanks = " \t\r\"'";
  while (words.size() < kMostWords) {
    const auto begin = line.find_first_not_of(kBlanks);
    if (begin == line.npos) break;
    const auto end = std::min(line.find_first_of(kBlanks, begin), line.size());
    words.emplace_back(line.substr(begin, end - begin));
    line.remove_prefix(end);
  }
  return words;
}

/// What a file of settings says of who may give orders. Without a `bind` Redis listens everywhere.
struct Door {
  bool bound_to_itself = false, guarded = true, password = false;
  std::uint64_t line = 0;
  std::string text;

  void read(const Words& words, std::uint64_t number, std::string_view line_text) {
    if (words.size() < 2) return;
    const auto& name = words[0];
    if (name == "bind") {
      bound_to_itself = std::all_of(words.begin() + 1, words.end(), [](const std::string& address) {
        const std::string_view plain = std::string_view(address).substr(address.starts_with('-') ? 1 : 0);
        return plain.starts_with("127.") || plain == "::1" || plain == "localhost";
      });
    }
    if (name == "protected-mode") {
      guarded = words[1] != "no";
      line = number;
      text = line_text;
    }
    password = password || name == "requirepass" || name == "aclfile" || name == "user";
  }
  bool open() const { return !bound_to_itself && !guarded && !password; }
};

/// Files that Redis was told to write: its dump's name and folder can be set by whoever reaches it.
class RedisDetector final : public Detector {
 public:
  explicit RedisDetector(const RuleBook& rules) : rules_(rules) {}

  void finish(const Scene& scene, CaseFile& file) override {
    const auto& settings = rules_.rule("redis.open_settings");
    for (const auto& path : files_at(scene, settings.match.at("paths"), file.gaps))
      look_at_settings(settings, path, scene, file);
    for (const auto& cron : scene.artifacts.cron) {
      const auto account = cron.account.empty() ? "root" : cron.account;
      look_at("redis.written_cron", cron.path, account, cron.info.mtime, "", scene, file);
    }
    for (const auto& keys : scene.artifacts.keys)
      look_at("redis.written_key", keys.path, keys.account, keys.info.mtime, names_of(keys), scene, file);
  }

 private:
  static std::string names_of(const evidence::AuthorizedKeysFile& keys) {
    constexpr std::size_t kMostNamed = 5;
    std::string text;
    for (std::size_t i = 0; i < std::min(keys.keys.size(), kMostNamed); ++i)
      text += (i == 0 ? " In it: " : ", ") + keys.keys[i].fingerprint;
    return text.empty() ? text : text + ".";
  }

  /// Redis writes its log and its dumps without an address: the file's own time is when somebody came in.
  void look_at(std::string_view id, const std::string& path, const std::string& account, Timestamp written,
               const std::string& within, const Scene& scene, CaseFile& file) {
    const auto placed = read_untrusted(scene, path, file.gaps);
    if (!placed || !is_dump(placed->text)) return;
    auto finding =
        disk_finding(rules_.rule(id), scene, {path, 1, placed->text.substr(0, 200), placed->sha256});
    finding.account = account;
    finding.why += within;
    finding.time = written;
    BreakIn break_in{BreakIn::Way::kRedis, account, "", written, written + std::chrono::hours(1),
                     std::nullopt};
    break_in.through = path;
    file.begin_break_in(std::move(break_in), std::move(finding));
  }

  static void look_at_settings(const Rule& rule, const std::string& path, const Scene& scene,
                               CaseFile& file) {
    const auto placed = read_untrusted(scene, path, file.gaps);
    Door door;
    std::uint64_t number = 0;
    for (std::string_view rest = placed ? std::string_view(placed->text) : ""; !rest.empty();) {
      const auto line = evidence::take_line(rest);
      door.read(words_of(line), ++number, line);
    }
    if (door.open()) file.add(disk_finding(rule, scene, {path, door.line, door.text, placed->sha256}));
  }

  const RuleBook& rules_;
};

}  // namespace

std::unique_ptr<Detector> make_redis_detector(const RuleBook& rules) {
  return std::make_unique<RedisDetector>(rules);
}

}  // namespace rescue::detect
