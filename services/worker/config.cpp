#include "config.hpp"

#include <filesystem>
#include <sstream>

#include "rescue/outside/check.hpp"

namespace rescue::worker {
namespace {

constexpr int kHttpPort = 8104;
constexpr int kMetricsPort = 9104;
constexpr std::int64_t kMegabyte = 1024 * 1024;
/// Shorter is any busy server, longer an hour lost.
constexpr std::int64_t kSilenceMinS = 5, kSilenceMaxS = 3'600;
/// What workflow fetches at once when it makes the report (http::Client).
constexpr std::int64_t kDocumentMbMax = 64;

ProbeLimits read_limits(config::Source& source, const std::string& prefix, std::chrono::seconds wall) {
  ProbeLimits limits;
  limits.wall = std::chrono::seconds(source.integer(prefix + ".wall_s", wall.count(), 1, 7 * 86'400));
  limits.cpu = std::chrono::seconds(source.integer(prefix + ".cpu_s", 2 * wall.count(), 1, 7 * 86'400));
  const auto megabytes = [&](const char* key, std::int64_t fallback, std::int64_t min, std::int64_t max) {
    return static_cast<std::uint64_t>(source.integer(prefix + key, fallback, min, max) * kMegabyte);
  };
  limits.memory_bytes = megabytes(".memory_mb", 2'048, 0, 1'048'576);
  limits.output_bytes = megabytes(".output_mb", 64, 1, kDocumentMbMax);
  return limits;
}

/// A mailbox that goes into SMTP commands as it is.
bool is_plain_mailbox(const std::string& text) {
  const auto at = text.find('@');
  const auto plain = [](std::string_view part) {
    return !part.empty() &&
           part.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._") ==
               std::string_view::npos;
  };
  return at != std::string::npos && plain(std::string_view(text).substr(0, at)) &&
         plain(std::string_view(text).substr(at + 1));
}

/// "10.0.0.0/8, 2001:db8::/32"
net::Networks read_networks(config::Source& source, std::string_view key) {
  std::vector<std::string> texts;
  std::istringstream list(source.text(key, ""));
  for (std::string item; std::getline(list, item, ',');) {
    std::erase(item, ' ');
    texts.push_back(std::move(item));
  }
  auto networks = net::Networks::parse(texts);
  if (!networks) source.fault(std::string(key), networks.error().detail);
  return networks ? *std::move(networks) : net::Networks();
}

OutsideSettings read_outside(config::Source& source) {
  const outside::Options usual;
  OutsideSettings out;
  out.allow = read_networks(source, "outside.allow");
  out.helo = source.text("outside.helo", usual.helo);
  out.sender = source.text("outside.sender", usual.sender);
  out.recipient = source.text("outside.recipient", usual.recipient);
  out.redirects_max = static_cast<int>(source.integer("outside.redirects_max", 0, 0, 5));
  out.whole = std::chrono::seconds(source.integer("outside.whole_s", 180, 1, 3'600));
  if (!is_plain_mailbox("helo@" + out.helo)) source.fault("outside.helo", "must be a host name");
  for (const auto& [key, mailbox] :
       {std::pair("outside.sender", out.sender), std::pair("outside.recipient", out.recipient)}) {
    if (!is_plain_mailbox(mailbox)) source.fault(key, "must be a mailbox such as rescue-check@example.com");
  }
  return out;
}

std::string beside(const std::string& path, const std::string& name) {
  return path.empty() ? "" : (std::filesystem::path(path).parent_path() / name).string();
}

void require_absolute(config::Source& source, const char* key, const std::string& path) {
  if (!path.empty() && path.front() != '/') source.fault(key, "must be an absolute path");
}

}  // namespace

Result<Config> read_config(config::Source& source) {
  Config config;
  config.service = service::read_common(source, "worker", kHttpPort, kMetricsPort);
  config.probe_path = source.required_text("probe.path");
  config.responder_path = source.text("responder.path", beside(config.probe_path, "rescue-responder"));
  config.investigation = read_limits(source, "probe.investigation", std::chrono::seconds(1'800));
  config.precheck = read_limits(source, "probe.precheck", std::chrono::seconds(300));
  config.outside = read_outside(source);
  config.disks_dir = source.required_text("disks.dir");
  config.evidence_dir = source.required_text("evidence.dir");
  config.concurrency = static_cast<std::size_t>(source.integer("jobs.concurrency", 1, 1, 64));
  config.allow_unknown_address = source.boolean("access.allow_unknown_address", false);
  config.ssh_silence = std::chrono::seconds(
      source.integer("ssh.silence_s", config.ssh_silence.count(), kSilenceMinS, kSilenceMaxS));
  config.sealing_keyring = source.text("sealing.keyring", "");
  require_absolute(source, "sealing.keyring", config.sealing_keyring);
  require_absolute(source, "probe.path", config.probe_path);
  require_absolute(source, "responder.path", config.responder_path);
  require_absolute(source, "disks.dir", config.disks_dir);
  require_absolute(source, "evidence.dir", config.evidence_dir);
  RESCUE_TRY(source.finish());
  return config;
}

}  // namespace rescue::worker
