#include "rescue/evidence/postfix_queue.hpp"

#include <algorithm>
#include <array>

#include "message_text.hpp"
#include "rescue/evidence/walk.hpp"

namespace rescue::evidence {
namespace {

constexpr std::size_t kMostEnvelopeBytes = 16 * 1024;
constexpr std::size_t kMostNameBytes = 256;
constexpr std::size_t kMostActors = 10'000;

/// Takes one record off `bytes`. False at the end, and where the length is none or goes past it.
bool take_record(std::string_view& bytes, char& type, std::string_view& data) {
  if (bytes.size() < 2) return false;
  type = bytes[0];
  std::size_t length = 0, at = 1;
  for (unsigned shift = 0;; shift += 7) {
    constexpr unsigned kMostShift = 28;
    if (at >= bytes.size() || shift > kMostShift) return false;
    const auto byte = static_cast<unsigned char>(bytes[at++]);
    length |= static_cast<std::size_t>(byte & 0x7FU) << shift;
    if ((byte & 0x80U) == 0) break;
  }
  if (length > bytes.size() - at) return false;
  data = bytes.substr(at, length);
  bytes.remove_prefix(at + length);
  return true;
}

/// The envelope's part of a queue file.
std::string head_of(const SafeRoot& root, const std::string& path) {
  auto file = root.open_file(path, SafeRoot::LastLink::kRefuse);
  if (!file) return {};
  std::string bytes(kMostEnvelopeBytes, '\0');
  std::size_t have = 0;
  while (have < bytes.size()) {
    const auto got = file->read({bytes.data() + have, bytes.size() - have});
    if (!got || *got == 0) break;
    have += *got;
  }
  bytes.resize(have);
  return bytes;
}

}  // namespace

bool parse_queue_file(std::string_view bytes, QueuedEnvelope& out) {
  // The first record says how large the message is: 'C', five numbers.
  if (!bytes.starts_with('C')) return false;
  char type = 0;
  std::string_view data;
  while (take_record(bytes, type, data) && type != 'M') {
    data = data.substr(0, kMostNameBytes);
    if (type == 'S') out.sender = data;
    if (type == 'R') ++out.recipients;
    if (type != 'A') continue;
    if (drop_prefix(data, "sasl_username=")) {
      out.account = data;
    } else if (drop_prefix(data, "client_address=")) {
      out.address = data;
    }
  }
  return true;
}

std::map<std::string, QueuedMail> read_postfix_queue(const SafeRoot& root, Gaps& gaps) {
  std::map<std::string, QueuedMail> queue;
  std::uint64_t not_counted = 0;
  constexpr std::array<const char*, 5> kQueues = {"active", "deferred", "hold", "incoming", "corrupt"};
  const WalkLimits limits{.max_entries = 20'000, .max_per_directory = 20'000, .max_depth = 4};
  for (const auto* name : kQueues) {
    const auto folder = std::string("/var/spool/postfix/") + name;
    walk(root, folder, limits, "counting what waits in the mail queue", gaps,
         [&](const std::string& path, const FileInfo& info) {
           if (info.kind != FileKind::kRegular) return true;
           QueuedEnvelope envelope;
           if (!parse_queue_file(head_of(root, path), envelope)) return false;
           const bool by_account = !envelope.account.empty();
           const auto& actor = by_account ? envelope.account : envelope.sender;
           if (queue.size() >= kMostActors && !queue.contains(actor)) {
             ++not_counted;
             return false;
           }
           auto& mail = queue[actor];
           if (mail.messages++ == 0) mail.first_file = path;
           mail.recipients += envelope.recipients;
           mail.by_account = by_account;
           return false;
         });
  }
  if (not_counted > 0) {
    gaps.push_back({.path = "/var/spool/postfix",
                    .reason = "more senders than can be told apart: " + std::to_string(not_counted) +
                              " messages were not counted",
                    .prevents = "counting what waits in the mail queue"});
  }
  return queue;
}

}  // namespace rescue::evidence
