#include "sigma_events.hpp"

#include <algorithm>
#include <functional>

#include "rescue/evidence/access_log.hpp"
#include "shell_command.hpp"

namespace rescue::detect {
namespace {

using evidence::Event;
using evidence::EventKind;
using evidence::FieldName;

int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char small = static_cast<char>(c | 0x20);
  return small >= 'a' && small <= 'f' ? small - 'a' + 10 : -1;
}

/// Web servers log a quote as \" or \x22, a backslash as two.
std::string without_escapes(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char next = text[i] == '\\' && i + 1 < text.size() ? text[i + 1] : '\0';
    if (next == '"' || next == '\\') {
      out += text[++i];
    } else if (next == 'x' && i + 3 < text.size() && hex(text[i + 2]) >= 0 && hex(text[i + 3]) >= 0) {
      out += static_cast<char>(hex(text[i + 2]) * 16 + hex(text[i + 3]));
      i += 3;
    } else {
      out += text[i];
    }
  }
  return out;
}

/// A line that names a program without its folder: where such programs lie.
std::string image_of(std::string_view program) {
  if (program.empty() || program.find('/') != program.npos) return std::string(program);
  return "/usr/bin/" + std::string(program);
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const auto& word : words) out += (out.empty() ? "" : " ") + word;
  return out;
}

std::string_view between(std::string_view text, std::string_view mark, std::string_view end) {
  const auto at = text.find(mark);
  if (at == text.npos) return {};
  const auto rest = text.substr(at + mark.size());
  return rest.substr(0, rest.find(end));
}

SigmaClass class_of(const Event& event) {
  if (!event.field(FieldName::kRecords).empty()) return SigmaClass::kAudits;
  switch (event.kind) {
    case EventKind::kHttpRequest:
      return SigmaClass::kRequests;
    case EventKind::kCommandRun:
    case EventKind::kSudo:
    case EventKind::kCronRun:
      return SigmaClass::kCommands;
    default:
      return SigmaClass::kLines;
  }
}

}  // namespace

bool has_view(SigmaClass of, SigmaView view) {
  switch (of) {
    case SigmaClass::kLines:
      return view == SigmaView::kLine;
    case SigmaClass::kRequests:
      return view == SigmaView::kRequest;
    case SigmaClass::kCommands:
      return view == SigmaView::kLine || view == SigmaView::kProcess;
    case SigmaClass::kAudits:
      return view != SigmaView::kLine && view != SigmaView::kRequest;
  }
  return false;
}

void SigmaEvents::read(const Scene& scene, const Event& event) {
  subjects_.clear();
  texts_.clear();
  kept_.clear();
  scene_ = &scene;
  event_ = &event;
  account_.reset();
  kind_ = class_of(event);
  if (kind_ == SigmaClass::kAudits) return read_audit(scene, event);
  texts_.push_back(event.excerpt);
  if (kind_ == SigmaClass::kRequests) return read_request(event);
  subjects_.push_back({.view = SigmaView::kLine, .event = &event, .line = event.excerpt});
  add_made_up(event);
  if (kind_ == SigmaClass::kCommands) read_command(event);
}

const std::string& SigmaEvents::account() {
  const bool looked_up = event_->kind == EventKind::kCommandRun;
  if (!account_) account_ = looked_up ? accounts_.of(*scene_, *event_) : name_of(event_->account);
  return *account_;
}

/// What a parser says in words of its own does not stand in the line.
void SigmaEvents::add_made_up(const Event& event) {
  const std::less_equal<const char*> before;
  for (std::uint8_t i = 0; i < event.field_count; ++i) {
    const auto value = event.fields[i].value;
    const bool inside = before(event.excerpt.data(), value.data()) &&
                        before(value.data() + value.size(), event.excerpt.data() + event.excerpt.size());
    if (!inside) texts_.push_back(value);
  }
  if (event.kind == EventKind::kCommandRun) texts_.emplace_back(account());
}

void SigmaEvents::add_forms(std::string_view text, Forms& forms) {
  forms.clear();
  if (text.empty() || text == "-") return;
  forms.push_back(text);
  const auto add = [&](std::string form) {
    if (form == forms.back()) return;
    forms.push_back(keep(std::move(form)));
    texts_.push_back(forms.back());
  };
  if (text.find('\\') != text.npos) add(without_escapes(text));
  if (text.find('%') != text.npos) add(evidence::percent_decode(forms.back(), false));
}

void SigmaEvents::read_request(const Event& event) {
  add_forms(event.field(FieldName::kTarget), targets_);
  add_forms(event.field(FieldName::kAgent), agents_);
  add_forms(event.field(FieldName::kReferrer), referrers_);
  subjects_.push_back({.view = SigmaView::kRequest, .event = &event, .line = event.excerpt});
}

void SigmaEvents::read_audit(const Scene& scene, const Event& event) {
  records_ = split_audit_records(event.field(FieldName::kRecords));
  for (auto& record : records_) {
    texts_.push_back(record.text);
    if (record.field("type") == "EXECVE") record.fields.emplace_back("command", command_of(record));
    for (const auto& [name, value] : record.fields) {
      if (record.text.find(value) == record.text.npos) texts_.emplace_back(value);
    }
    subjects_.push_back({.view = SigmaView::kAudit,
                         .event = &event,
                         .line = record.text,
                         .number = record.line,
                         .record = &record});
  }
  deeds_ = deeds_of(records_, processes_);
  for (auto& deed : deeds_) {
    if (deed.user.empty()) deed.user = accounts_.of_uid(scene, deed.uid);
    if (deed.user.empty() && deed.uid == "0") deed.user = "root";
  }
  if (!deeds_.empty()) account_ = deeds_.front().user;
  add_deeds(event);
}

/// A command line: itself, and each command in it where there are several.
void SigmaEvents::read_command(const Event& event) {
  constexpr std::size_t kMostCommands = 16;
  deeds_.clear();
  Deed shared;
  shared.user = event.kind == EventKind::kSudo ? std::string(event.field(FieldName::kTarget)) : account();
  shared.directory = event.kind == EventKind::kSudo ? std::string(between(event.excerpt, "PWD=", " ;")) : "";
  if (event.kind == EventKind::kSudo) shared.parent_image = "/usr/bin/sudo";
  if (event.kind == EventKind::kCronRun) shared.parent_image = "/usr/sbin/cron";
  shared.text = event.excerpt;
  const std::string line(event.field(FieldName::kCommand));
  std::vector<ShellCommand> commands;
  for (auto& pipeline : parse_shell(line)) {
    for (auto& command : pipeline.commands) {
      if (!command.words.empty() && commands.size() < kMostCommands) commands.push_back(std::move(command));
    }
  }
  add_process(commands.empty() ? "" : commands.front().words.front(), line, shared);
  for (const auto& command : commands) {
    if (commands.size() > 1) add_process(command.words.front(), joined(command.words), shared);
  }
  add_deeds(event);
}

void SigmaEvents::add_process(std::string program, std::string command, const Deed& shared) {
  auto& deed = deeds_.emplace_back(shared);
  deed.image = image_of(program);
  deed.command = std::move(command);
}

void SigmaEvents::add_deeds(const Event& event) {
  for (const auto& deed : deeds_) {
    for (const auto* text : {&deed.image, &deed.command, &deed.directory, &deed.user, &deed.parent_image,
                             &deed.parent_command, &deed.target, &deed.address, &deed.port}) {
      if (!text->empty()) texts_.emplace_back(*text);
    }
    if (deed.view == SigmaView::kConnection) texts_.emplace_back("true");  // Initiated
    subjects_.push_back(
        {.view = deed.view, .event = &event, .line = deed.text, .number = deed.line, .deed = &deed});
  }
}

}  // namespace rescue::detect
