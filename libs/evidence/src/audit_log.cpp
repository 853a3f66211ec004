#include "audit_log.hpp"

#include <algorithm>
#include <charconv>

#include "message_text.hpp"

namespace rescue::evidence {
namespace {

constexpr std::size_t kMostCommandBytes = 16 * 1024;
constexpr std::size_t kMostArguments = 512;

template <class Number>
Number number_of(std::string_view text) {
  Number value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/// The value of " name=": quoted as it stands, else hex digits for a text that has blanks or quotes in it.
std::string text_value(std::string_view fields, std::string_view name) {
  const std::string mark = " " + std::string(name) + "=";
  const auto at = fields.find(mark);
  if (at == fields.npos) return {};
  auto rest = fields.substr(at + mark.size());
  if (drop_prefix(rest, "\"")) return std::string(rest.substr(0, rest.find('"')));
  const auto digits = rest.substr(0, rest.find_first_of(" \x1d'"));
  const bool encoded = digits.size() >= 2 && digits.size() % 2 == 0 &&
                       std::all_of(digits.begin(), digits.end(), [](char c) { return hex(c) >= 0; });
  if (!encoded) return std::string(digits);
  std::string out;
  for (std::size_t i = 0; i < digits.size() && out.size() < kMostCommandBytes; i += 2)
    out += static_cast<char>(hex(digits[i]) * 16 + hex(digits[i + 1]));
  return out;
}

std::string_view plain_value(std::string_view fields, std::string_view mark) {
  const auto at = fields.find(mark);
  if (at == fields.npos) return {};
  const auto rest = fields.substr(at + mark.size());
  return rest.substr(0, rest.find_first_of(" \x1d'"));
}

/// As a shell would have to be given it.
std::string shell_word(const std::string& word) {
  const bool plain = !word.empty() && word.find_first_of(" \t\n'\"\\$`|&;<>()*?[]{}#~!") == word.npos;
  if (plain) return word;
  std::string out = "'";
  for (const char c : word) {
    if (c == '\'') {
      out += "'\\''";
    } else {
      out += c;
    }
  }
  return out + "'";
}

/// The next argument's value: what stands before it is taken off `fields`, so that a line is gone through
/// once.
std::string take_argument(std::string_view& fields, const std::string& name) {
  const auto at = fields.find(" " + name + "=");
  if (at == fields.npos) return {};
  fields.remove_prefix(at);
  auto value = text_value(fields, name);
  fields.remove_prefix(1);
  return value;
}

/// a0 … of an EXECVE record; a long one comes in pieces, a2[0], a2[1] … What is not there is looked for in
/// all the rest of the line: so often and no more.
std::string arguments_of(std::string_view fields) {
  const auto count =
      std::min<std::size_t>(number_of<std::size_t>(plain_value(fields, " argc=")), kMostArguments);
  constexpr std::size_t kMostSearched = 1024 * 1024;
  std::size_t searched = 0;
  std::string command;
  for (std::size_t i = 0; i < count && searched < kMostSearched && command.size() < kMostCommandBytes; ++i) {
    const auto name = "a" + std::to_string(i);
    const bool whole = fields.find(" " + name + "=") != fields.npos;
    if (!whole) searched += fields.size();
    std::string word = whole ? take_argument(fields, name) : "";
    for (std::size_t piece = 0; !whole && piece < kMostArguments && word.size() < kMostCommandBytes;
         ++piece) {
      const auto part = take_argument(fields, name + "[" + std::to_string(piece) + "]");
      if (part.empty()) {
        searched += fields.size();
        break;
      }
      word += part;
    }
    if (!whole && word.empty()) break;  // fewer than it says
    command += (i == 0 ? "" : " ") + shell_word(word);
  }
  return command.substr(0, kMostCommandBytes);
}

void add_record(std::string& records, std::uint64_t number, std::string_view line) {
  constexpr std::size_t kMostBytes = 64 * 1024;
  if (records.size() + line.size() > kMostBytes) return;
  records.append(std::to_string(number)).append(" ").append(line).append("\n");
}

}  // namespace

bool AuditLog::add(std::string_view line, std::uint64_t number, std::uint64_t offset, EventBatch& batch) {
  const auto start = line.find("type=");
  const auto mark = line.find(" msg=audit(");
  const auto close = line.find("):", mark == line.npos ? 0 : mark);
  if (start == line.npos || mark == line.npos || close == line.npos || mark < start) return false;
  const auto type = line.substr(start + 5, mark - start - 5);
  const auto stamp = line.substr(mark + 11, close - mark - 11);  // "1789264811.123:456"
  const auto dot = stamp.find('.'), colon = stamp.find(':');
  if (dot == stamp.npos || colon == stamp.npos || dot > colon) return false;
  const auto seconds = number_of<std::int64_t>(stamp.substr(0, dot));
  constexpr std::int64_t kLatest = 253'402'300'799;  // year 9999
  if (seconds < 0 || seconds > kLatest) return false;
  const auto time = from_us(seconds * 1'000'000 + number_of<std::int64_t>(stamp.substr(dot + 1, 3)) * 1'000);
  const auto serial = number_of<std::uint64_t>(stamp.substr(colon + 1));
  const bool joins = type == "SYSCALL" || type == "EXECVE" || type == "CWD" || type == "PATH" ||
                     type == "PROCTITLE" || type == "EOE" || type == "USER_CMD" || type == "SOCKADDR";
  if (!joins) {
    auto& other = batch.events.emplace_back();
    other.time = time;
    other.position = number;
    other.offset = offset;
    other.program = "audit";
    if (keep_records_) {
      std::string records;
      add_record(records, number, line);
      other.add(FieldName::kRecords, batch.keep(std::move(records)));
    }
    return true;
  }
  // The serial of an event that was never completed, used again: that one is given out as far as it came.
  const auto known = pending_.find(serial);
  if (known != pending_.end() && known->second.time != time) {
    emit(known->second, batch);
    pending_.erase(known);
  }
  const auto at = pending_.try_emplace(serial).first;
  auto& event = at->second;
  event.time = time;
  if (event.number == 0 || type == "EXECVE" || type == "USER_CMD") {
    event.number = number;
    event.offset = offset;
    constexpr std::size_t kMostExcerptBytes = 1024;
    event.excerpt = line.substr(0, kMostExcerptBytes);
  }
  if (keep_records_) add_record(event.records, number, line);
  take(event, type, line.substr(close + 2));
  if (type == "PROCTITLE" || type == "EOE" || type == "USER_CMD") {
    emit(event, batch);
    pending_.erase(at);
  } else if (pending_.size() > kMostPending) {
    emit(pending_.begin()->second, batch);
    pending_.erase(pending_.begin());
  }
  return true;
}

void AuditLog::take(Pending& event, std::string_view type, std::string_view fields) {
  if (type == "SYSCALL" || type == "USER_CMD") {
    event.uid = plain_value(fields, " uid=");
    event.user = text_value(fields, "UID");  // enriched
    const auto enriched = fields.find("\x1dUID=");
    if (event.user.empty() && enriched != fields.npos)
      event.user = text_between(fields.substr(enriched), "UID=\"", "\"");
    event.process = number_of<std::uint32_t>(plain_value(fields, " pid="));
    event.terminal = plain_value(fields, type == "SYSCALL" ? " tty=" : " terminal=");
  }
  if (type == "EXECVE") {
    event.executes = true;
    event.command = arguments_of(fields);
  } else if (type == "USER_CMD") {
    event.executes = true;
    event.command = text_value(fields, "cmd");
  } else if (type == "CWD") {
    event.directory = text_value(fields, "cwd");
  } else if (type == "PROCTITLE") {
    event.title = text_value(fields, "proctitle");
    std::replace(event.title.begin(), event.title.end(), '\0', ' ');
  }
}

void AuditLog::emit(const Pending& pending, EventBatch& batch) {
  auto& event = batch.events.emplace_back();
  event.time = pending.time;
  event.position = pending.number;
  event.offset = pending.offset;
  event.program = "audit";
  event.process = pending.process;
  if (!pending.records.empty()) event.add(FieldName::kRecords, batch.keep(pending.records));
  if (!pending.executes) return;  // another system call: it shows the period only
  event.kind = EventKind::kCommandRun;
  event.excerpt = batch.keep(pending.excerpt);
  event.account = batch.keep(pending.user);
  event.add(FieldName::kCommand, batch.keep(pending.command.empty() ? pending.title : pending.command));
  event.add(FieldName::kService, "audit");
  event.add(FieldName::kUid, batch.keep(pending.uid));
  event.add(FieldName::kTerminal, batch.keep(pending.terminal));
  if (!pending.directory.empty()) event.add(FieldName::kTarget, batch.keep(pending.directory));
}

void AuditLog::finish(EventBatch& batch) {
  for (const auto& [serial, event] : pending_) emit(event, batch);
  pending_.clear();
}

}  // namespace rescue::evidence
