#include <algorithm>

#include "disk_finding.hpp"
#include "families.hpp"
#include "places.hpp"
#include "rescue/evidence/line_reader.hpp"

namespace rescue::detect {
namespace {

std::string without_blanks(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c != ' ' && c != '\t' && c != '\r' && c != '"' && c != '\'') out += c;
  }
  return out;
}

/// What a line gives a container of its host, in words; empty for nothing.
struct Access {
  bool socket = false, privileged = false, whole_disk = false;
  std::uint64_t line = 0;
  std::string excerpt;

  void take(const Access& other) {
    socket = socket || other.socket;
    privileged = privileged || other.privileged;
    whole_disk = whole_disk || other.whole_disk;
    if (line == 0) line = other.line, excerpt = other.excerpt;
  }
  bool any() const { return socket || privileged || whole_disk; }
  std::string words() const {
    std::string out;
    for (const auto& [given, word] : {std::pair(privileged, "all privileges"),
                                      {whole_disk, "the whole disk"},
                                      {socket, "the socket of Docker"}}) {
      if (given) out += std::string(out.empty() ? "" : ", ") + word;
    }
    return out;
  }
};

Access access_of(std::string_view line) {
  const auto text = without_blanks(line);
  Access access;
  if (text.starts_with('#')) return access;
  access.socket = text.find("docker.sock:") != text.npos;
  access.privileged = text.find("privileged:true") != text.npos || text.find("Privileged:true") != text.npos;
  access.whole_disk =
      text.starts_with("-/:/") || text.find("Binds:[/:/") != text.npos || text.find(",/:/") != text.npos;
  return access;
}

/// Containers that reach their host, and a Docker that answers everybody (T1611, T1610).
class ContainersDetector final : public Detector {
 public:
  explicit ContainersDetector(const RuleBook& rules) : rules_(rules) {}

  void finish(const Scene& scene, CaseFile& file) override {
    const auto& access = rules_.rule("container.host_access");
    for (const auto& path : files_at(scene, access.match.at("paths"), file.gaps))
      look_at(access, path, scene, file);
    for (const auto& surveyed : scene.survey.files) {
      if (surveyed.path.ends_with("yml") || surveyed.path.ends_with("yaml"))
        look_at(access, surveyed.path, scene, file);
    }
    const auto& open = rules_.rule("container.open_api");
    for (const auto& path : files_at(scene, open.match.at("paths"), file.gaps))
      look_at_api(open, path, scene, file);
  }

 private:
  void look_at(const Rule& rule, const std::string& path, const Scene& scene, CaseFile& file) {
    const auto placed = read_untrusted(scene, path, file.gaps);
    if (!placed) return;
    Access all;
    std::uint64_t number = 0;
    for (std::string_view rest = placed->text; !rest.empty();) {
      const auto line = evidence::take_line(rest);
      auto access = access_of(line);
      access.line = ++number;
      access.excerpt = line;
      if (access.any()) all.take(access);
    }
    if (!all.any()) return;
    auto finding =
        disk_finding(rule, scene, {path, all.line, all.excerpt, placed->sha256}, {{"access", all.words()}});
    // Tools that watch containers have the socket, too; all privileges and the disk are another matter.
    if (all.privileged && all.whole_disk) finding.severity = Severity::kMedium;
    file.add(std::move(finding));
  }

  void look_at_api(const Rule& rule, const std::string& path, const Scene& scene, CaseFile& file) {
    const auto placed = read_untrusted(scene, path, file.gaps);
    if (!placed || placed->text.find("tlsverify") != std::string::npos) return;
    std::uint64_t number = 0;
    for (std::string_view rest = placed->text; !rest.empty();) {
      const auto line = evidence::take_line(rest);
      ++number;
      const auto at = line.find("tcp://");
      if (at == line.npos || line.starts_with('#')) continue;
      const auto host = line.substr(at + 6);
      if (host.starts_with("127.") || host.starts_with("localhost")) continue;
      file.add(disk_finding(rule, scene, {path, number, std::string(line), placed->sha256}));
      return;
    }
  }

  const RuleBook& rules_;
};

}  // namespace

std::unique_ptr<Detector> make_containers_detector(const RuleBook& rules) {
  return std::make_unique<ContainersDetector>(rules);
}

}  // namespace rescue::detect
