#include "recorded_logins.hpp"

#include <algorithm>

namespace rescue::detect {
namespace {

using evidence::EventKind;

bool is_address(std::string_view text) {
  return text.find_first_not_of("0123456789abcdefABCDEF.:") == text.npos &&
         text.find_first_of(".:") != text.npos && !text.starts_with(':');
}

/// sshd's own: a terminal of the network's, or none where the password was refused. FTP servers write others.
bool is_of_ssh(std::string_view terminal, bool refused) {
  return terminal.starts_with("pts/") || (refused && terminal.starts_with("ssh:"));
}

const auto earlier = [](const auto& a, const auto& b) { return a.time < b.time; };

}  // namespace

void RecordedLogins::on_event(const Scene&, const evidence::Event& event) {
  constexpr std::size_t kMost = 300'000;
  const bool refused = event.kind != EventKind::kRecordLogin;
  if (!is_address(event.address) || !is_of_ssh(event.field(evidence::FieldName::kTerminal), refused)) return;
  auto& records = refused ? failures_ : logins_;
  records.push_back(
      {event.time, name_of(event.account), name_of(event.address), event.file, event.position, false});
  if (records.size() > kMost) records.pop_front();
}

/// lastlog is a table, not a log: its entries take their places among the records of wtmp.
std::vector<RecordedLogins::Record> RecordedLogins::logins_in_order(const Scene& scene) const {
  std::vector<Record> logins(logins_.begin(), logins_.end());
  const auto& accounts = scene.artifacts.accounts.accounts;
  for (std::size_t i = 0; i < scene.artifacts.last_logins.size(); ++i) {
    const auto& last = scene.artifacts.last_logins[i];
    const auto account =
        std::find_if(accounts.begin(), accounts.end(), [&](const auto& one) { return one.uid == last.uid; });
    if (!is_address(last.host) || !is_of_ssh(last.terminal, false) || account == accounts.end()) continue;
    logins.push_back({last.time, account->name, last.host, 0, i, true});
  }
  std::stable_sort(logins.begin(), logins.end(), earlier);
  return logins;
}

void RecordedLogins::failed(const Record& record, const Scene& scene) {
  auto* tries = book_.failed(record.time, record.account, record.address, 1);
  constexpr std::size_t kEvidence = 3;
  if (tries == nullptr || tries->evidence.size() >= kEvidence) return;
  EvidenceRef ref;
  ref.file = scene.log_paths[record.file];
  ref.record = record.position;
  ref.excerpt = record.account + " " + record.address + " " + format_rfc3339(record.time);
  tries->evidence.push_back(std::move(ref));
}

void RecordedLogins::accepted(const Record& record, const Scene& scene) {
  constexpr std::size_t kMost = 1'000;
  const auto judgement = book_.accepted(record.time, record.account, record.address, true);
  const bool known = std::any_of(guessed_.begin(), guessed_.end(), [&](const RecordedLogin& login) {
    return login.account == record.account && login.address == record.address;
  });
  if (judgement.kind == GuessKind::kNone || known || guessed_.size() >= kMost) return;
  EvidenceRef ref;
  ref.file = record.last_login ? "/var/log/lastlog" : scene.log_paths[record.file];
  ref.record = record.position;
  if (record.last_login) {
    ref.record = scene.artifacts.last_logins[record.position].uid;
    ref.sha256 = scene.artifacts.lastlog_sha256;
  }
  ref.excerpt = record.account + " " + record.address + " " + format_rfc3339(record.time);
  guessed_.push_back({record.time, record.account, record.address, std::move(ref), judgement});
}

std::vector<RecordedLogin> RecordedLogins::guessed(const Scene& scene) {
  std::stable_sort(failures_.begin(), failures_.end(), earlier);
  auto failure = failures_.begin();
  for (const auto& login : logins_in_order(scene)) {
    for (; failure != failures_.end() && failure->time <= login.time; ++failure) failed(*failure, scene);
    accepted(login, scene);
  }
  for (; failure != failures_.end(); ++failure) failed(*failure, scene);
  return std::move(guessed_);
}

const Tries* RecordedLogins::tries_of(const std::string& address) const {
  return book_.tries_of(address);
}

}  // namespace rescue::detect
