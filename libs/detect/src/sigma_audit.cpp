#include "sigma_audit.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "system_calls.hpp"

namespace rescue::detect {
namespace {

constexpr std::size_t kMostTextBytes = 16 * 1024;
constexpr std::size_t kMostFields = 600;

int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool is_number_name(std::string_view name) {
  return name.size() > 1 && name[0] == 'a' && name[1] >= '0' && name[1] <= '9';
}

/// Fields that are logged as hex digits where they hold blanks, quotes or other signs.
bool may_be_hex(std::string_view name, bool execve) {
  constexpr std::array<std::string_view, 13> kNames = {
      "name", "cwd", "exe", "comm", "proctitle", "cmd", "acct", "data", "path", "file", "dir", "unit", "key"};
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end() || (execve && is_number_name(name));
}

std::string decoded(std::string_view value) {
  const bool encoded = value.size() >= 2 && value.size() % 2 == 0 &&
                       std::all_of(value.begin(), value.end(), [](char c) { return hex(c) >= 0; });
  if (!encoded) return std::string(value);
  std::string out;
  for (std::size_t i = 0; i < value.size() && out.size() < kMostTextBytes; i += 2) {
    const auto byte = static_cast<char>(hex(value[i]) * 16 + hex(value[i + 1]));
    out += byte == '\0' ? ' ' : byte;  // proctitle's arguments
  }
  return out;
}

bool ends_value(char c) {
  return c == ' ' || c == '\x1d' || c == '\'';
}

/// name=value, name="value", and what stands quoted behind msg='.
void read_fields(std::string_view text, AuditRecord& record) {
  for (std::size_t at = 0; at < text.size() && record.fields.size() < kMostFields;) {
    if (ends_value(text[at])) {
      ++at;
      continue;
    }
    const auto equals = text.find_first_of("= '\x1d", at);
    if (equals == text.npos) return;
    const auto name = text.substr(at, equals - at);
    at = equals + 1;
    if (text[equals] != '=' || (at < text.size() && text[at] == '\'')) continue;
    if (at < text.size() && text[at] == '"') {
      const auto close = std::min(text.find('"', at + 1), text.size());
      record.fields.emplace_back(name, text.substr(at + 1, close - at - 1));
      at = std::min(close + 1, text.size());
      continue;
    }
    auto end = at;
    while (end < text.size() && !ends_value(text[end])) ++end;
    const auto value = text.substr(at, end - at);
    const bool execve = !record.fields.empty() && record.field("type") == "EXECVE";
    record.fields.emplace_back(name, may_be_hex(name, execve) ? decoded(value) : std::string(value));
    at = end;
  }
}

void name_system_call(AuditRecord& record) {
  constexpr std::string_view kX86 = "c000003e";  // AUDIT_ARCH_X86_64
  if (!record.field("SYSCALL").empty() || record.field("arch") != kX86) return;
  const auto name = system_call_name(record.field("syscall"));
  if (!name.empty()) record.fields.emplace_back("SYSCALL", name);
}

const AuditRecord* of_type(const std::vector<AuditRecord>& records, std::string_view type) {
  const auto at =
      std::find_if(records.begin(), records.end(), [&](const auto& r) { return r.field("type") == type; });
  return at == records.end() ? nullptr : &*at;
}

std::string absolute(std::string_view path, std::string_view directory) {
  if (path.starts_with('/') || directory.empty()) return std::string(path);
  return std::string(directory) + (directory.ends_with('/') ? "" : "/") + std::string(path);
}

/// "0200115C0A000001…": family, port and address as connect(2) was given them.
bool read_address(std::string_view saddr, Deed& deed) {
  std::vector<unsigned> bytes;
  for (std::size_t i = 0; i + 1 < saddr.size() && bytes.size() < 28; i += 2) {
    if (hex(saddr[i]) < 0 || hex(saddr[i + 1]) < 0) return false;
    bytes.push_back(static_cast<unsigned>(hex(saddr[i]) * 16 + hex(saddr[i + 1])));
  }
  if (bytes.size() < 8 || bytes[1] != 0) return false;
  deed.port = std::to_string(bytes[2] * 256 + bytes[3]);
  constexpr unsigned kInet = 2, kInet6 = 10;
  if (bytes[0] == kInet) {
    for (std::size_t i = 4; i < 8; ++i) deed.address += (i > 4 ? "." : "") + std::to_string(bytes[i]);
    return true;
  }
  if (bytes[0] != kInet6 || bytes.size() < 24) return false;
  for (std::size_t i = 8; i < 24; i += 2) {
    std::array<char, 8> group{};
    const auto end =
        std::to_chars(group.data(), group.data() + group.size(), bytes[i] * 256 + bytes[i + 1], 16).ptr;
    deed.address += (i > 8 ? ":" : "") + std::string(group.data(), end);
  }
  return true;
}

/// What all deeds of one event share.
Deed shared_of(const std::vector<AuditRecord>& records, const AuditRecord& call,
               const ProcessBook& processes) {
  Deed deed;
  deed.image = call.field("exe");
  deed.uid = call.field("uid");
  deed.user = call.field("UID");
  deed.process = call.field("pid");
  deed.parent = call.field("ppid");
  if (const auto* cwd = of_type(records, "CWD")) deed.directory = cwd->field("cwd");
  if (const auto* parent = processes.find(deed.parent)) {
    deed.parent_image = parent->image;
    deed.parent_command = parent->command;
  }
  if (const auto* own = processes.find(deed.process)) deed.command = own->command;
  return deed;
}

void stand_at(Deed& deed, SigmaView view, const AuditRecord& record) {
  deed.view = view;
  deed.line = record.line;
  deed.text = record.text;
}

}  // namespace

std::string_view AuditRecord::field(std::string_view name) const {
  const auto at = std::find_if(fields.begin(), fields.end(), [&](const auto& f) { return f.first == name; });
  return at == fields.end() ? std::string_view() : std::string_view(at->second);
}

std::vector<AuditRecord> split_audit_records(std::string_view records) {
  std::vector<AuditRecord> out;
  while (!records.empty()) {
    auto line = evidence::take_line(records);
    const auto blank = std::min(line.find(' '), line.size());
    AuditRecord record;
    std::from_chars(line.data(), line.data() + blank, record.line);
    record.text = line.substr(std::min(blank + 1, line.size()));
    read_fields(record.text, record);
    name_system_call(record);
    out.push_back(std::move(record));
  }
  return out;
}

std::string command_of(const AuditRecord& record) {
  std::string command;
  std::string_view before;
  for (const auto& [name, value] : record.fields) {
    if (!is_number_name(name) || name.ends_with("_len")) continue;
    const auto argument = std::string_view(name).substr(0, name.find('['));
    const bool goes_on = argument == before;  // a long one comes in pieces
    command += (before.empty() || goes_on ? "" : " ") + value;
    before = argument;
    if (command.size() > kMostTextBytes) break;
  }
  return command;
}

void ProcessBook::note(const std::string& pid, Process process) {
  if (pid.empty()) return;
  auto& entry = by_pid_[pid];
  by_age_.erase(entry.first);
  entry = {++next_, std::move(process)};
  by_age_[next_] = pid;
  if (by_pid_.size() <= kMost) return;
  by_pid_.erase(by_age_.begin()->second);
  by_age_.erase(by_age_.begin());
}

const ProcessBook::Process* ProcessBook::find(const std::string& pid) const {
  const auto at = by_pid_.find(pid);
  return at == by_pid_.end() ? nullptr : &at->second.second;
}

std::vector<Deed> deeds_of(const std::vector<AuditRecord>& records, ProcessBook& processes) {
  std::vector<Deed> deeds;
  const auto* asked = of_type(records, "USER_CMD");
  const auto* call = asked != nullptr ? asked : of_type(records, "SYSCALL");
  constexpr std::string_view kUnderWay = "-115";  // EINPROGRESS: a connection that nobody waits for
  if (call == nullptr || (call->field("success") == "no" && call->field("exit") != kUnderWay)) return deeds;
  const auto shared = shared_of(records, *call, processes);
  for (const auto& record : records) {
    const auto type = record.field("type");
    auto deed = shared;
    if (type == "EXECVE" || type == "USER_CMD") {
      deed.command = type == "EXECVE" ? command_of(record) : record.field("cmd");
      stand_at(deed, SigmaView::kProcess, record);
      if (type == "EXECVE") processes.note(deed.process, {deed.image, deed.command.substr(0, 2048)});
    } else if (type == "PATH" &&
               (record.field("nametype") == "CREATE" || record.field("nametype") == "DELETE")) {
      stand_at(deed, record.field("nametype") == "CREATE" ? SigmaView::kFileMade : SigmaView::kFileGone,
               record);
      deed.target = absolute(record.field("name"), deed.directory);
    } else if (type == "SOCKADDR" && call->field("SYSCALL") == "connect" &&
               read_address(record.field("saddr"), deed)) {
      stand_at(deed, SigmaView::kConnection, record);
    } else {
      continue;
    }
    deeds.push_back(std::move(deed));
  }
  return deeds;
}

}  // namespace rescue::detect
