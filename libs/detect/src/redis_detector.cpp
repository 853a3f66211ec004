#include "disk_finding.hpp"
#include "families.hpp"
#include "places.hpp"

namespace rescue::detect {
namespace {

/// A dump of Redis begins with its name and a version; between its entries are bytes that no text has.
bool is_dump(std::string_view text) {
  return text.starts_with("REDIS0") || (text.find('\0') != text.npos && text.find("redis-ver") != text.npos);
}

/// Files that Redis was told to write: its dump's name and folder can be set by whoever reaches it.
class RedisDetector final : public Detector {
 public:
  explicit RedisDetector(const RuleBook& rules) : rules_(rules) {}

  void finish(const Scene& scene, CaseFile& file) override {
    for (const auto& cron : scene.artifacts.cron) look_at("redis.written_cron", cron.path, scene, file);
    for (const auto& keys : scene.artifacts.keys) look_at("redis.written_key", keys.path, scene, file);
  }

 private:
  void look_at(std::string_view id, const std::string& path, const Scene& scene, CaseFile& file) {
    const auto placed = read_untrusted(scene, path, file.gaps);
    if (!placed || !is_dump(placed->text)) return;
    file.add(disk_finding(rules_.rule(id), scene, {path, 1, placed->text.substr(0, 200), placed->sha256}));
  }

  const RuleBook& rules_;
};

}  // namespace

std::unique_ptr<Detector> make_redis_detector(const RuleBook& rules) {
  return std::make_unique<RedisDetector>(rules);
}

}  // namespace rescue::detect
