// The one table of what Sigma's fields are in our events. A new field is one line.
#include <algorithm>
#include <iterator>

#include "sigma_events.hpp"

namespace rescue::detect {
namespace {

using evidence::Event;
using evidence::FieldName;
using Subject = SigmaSubject;

/// Every value of one field of one event. A value that is not there is not added.
struct Values {
  SigmaEvents& events;
  const Subject& subject;
  std::string_view field;
  sigma::Record& record;

  void add(std::string_view value) const {
    if (!value.empty()) record.add(field, value);
  }
  void add_all(const Forms& forms) const {
    for (const auto form : forms) add(form);
  }
  std::string_view of_event(FieldName name) const { return subject.event->field(name); }
};
using Fill = void (*)(const Values&);

template <FieldName name>
void event_field(const Values& v) {
  v.add(v.of_event(name));
}
template <std::string_view Event::*text>
void event_text(const Values& v) {
  v.add(v.subject.event->*text);
}
template <std::string Deed::*text>
void deed(const Values& v) {
  v.add(v.subject.deed->*text);
}

void account(const Values& v) {
  v.add(v.events.account());
}
void port(const Values& v) {
  if (v.subject.event->port != 0) v.add(v.record.keep(std::to_string(v.subject.event->port)));
}
void process(const Values& v) {
  if (v.subject.event->process != 0) v.add(v.record.keep(std::to_string(v.subject.event->process)));
}
void always_true(const Values& v) {
  v.add("true");
}

std::string_view path_of(std::string_view target) {
  return target.substr(0, target.find_first_of("?#"));
}
void target(const Values& v) {
  v.add_all(v.events.targets());
}
/// Rules ask this field for paths, too: both the whole target and what stands behind its question mark.
void query(const Values& v) {
  target(v);
  for (const auto form : v.events.targets()) {
    if (const auto at = form.find('?'); at != form.npos) v.add(form.substr(at + 1));
  }
}
void stem(const Values& v) {
  for (const auto form : v.events.targets()) v.add(path_of(form));
}
void extension(const Values& v) {
  for (const auto form : v.events.targets()) {
    const auto path = path_of(form);
    const auto name = path.substr(std::min(path.rfind('/') + 1, path.size()));
    if (const auto dot = name.rfind('.'); dot != name.npos) v.add(name.substr(dot + 1));
  }
}
void agent(const Values& v) {
  v.add_all(v.events.agents());
}
void referrer(const Values& v) {
  v.add_all(v.events.referrers());
}
/// "www.example.org:443 203.0.113.5 - - …": where the log begins with it.
void web_host(const Values& v) {
  const auto line = v.subject.line;
  const auto word = line.substr(0, line.find(' '));
  if (word != v.subject.event->address) v.add(word.substr(0, word.rfind(':')));
}
void web_version(const Values& v) {
  const auto line = v.subject.line;
  const auto at = line.find(" HTTP/");
  if (at != line.npos) v.add(line.substr(at + 1, line.find('"', at + 1) - at - 1));
}

std::string_view between(std::string_view text, std::string_view mark, std::string_view end) {
  const auto at = text.find(mark);
  if (at == text.npos) return {};
  const auto rest = text.substr(at + mark.size());
  return rest.substr(0, rest.find(end));
}
/// What the program said, without date, host and name.
void message(const Values& v) {
  const auto line = v.subject.line;
  const auto program = v.subject.event->program;
  const auto at = program.empty() ? line.npos : line.find(": ", line.find(program));
  v.add(at == line.npos ? line : line.substr(at + 2));
}
void pam_message(const Values& v) {
  if (v.subject.line.find("pam_") != std::string_view::npos) v.add(between(v.subject.line, "): ", ";"));
}
void sudo_directory(const Values& v) {
  v.add(between(v.subject.line, "PWD=", " ;"));
}
void service(const Values& v) {
  const auto named = v.of_event(FieldName::kService);
  v.add(named.empty() ? v.subject.event->program : named);
}

struct Row {
  SigmaView view;
  std::string_view field;
  Fill fill;
};
using enum SigmaView;
constexpr Row kRows[] = {
    {kRequest, "cs-method", event_field<FieldName::kMethod>},
    {kRequest, "c-uri", target},
    {kRequest, "cs-uri", target},
    {kRequest, "request", target},
    {kRequest, "url", target},
    {kRequest, "cs-uri-query", query},
    {kRequest, "c-uri-query", query},
    {kRequest, "cs-uri-stem", stem},
    {kRequest, "c-uri-stem", stem},
    {kRequest, "c-uri-extension", extension},
    {kRequest, "sc-status", event_field<FieldName::kStatus>},
    {kRequest, "status", event_field<FieldName::kStatus>},
    {kRequest, "sc-bytes", event_field<FieldName::kSize>},
    {kRequest, "cs-user-agent", agent},
    {kRequest, "c-useragent", agent},
    {kRequest, "useragent", agent},
    {kRequest, "cs-referer", referrer},
    {kRequest, "cs-referrer", referrer},
    {kRequest, "referer", referrer},
    {kRequest, "cs-username", account},
    {kRequest, "cs-host", web_host},
    {kRequest, "cs-version", web_version},
    {kRequest, "c-ip", event_text<&Event::address>},
    {kRequest, "clientip", event_text<&Event::address>},
    {kRequest, "client_ip", event_text<&Event::address>},
    {kRequest, "src_ip", event_text<&Event::address>},
    {kRequest, "SourceIp", event_text<&Event::address>},

    {kProcess, "Image", deed<&Deed::image>},
    {kProcess, "CommandLine", deed<&Deed::command>},
    {kProcess, "CurrentDirectory", deed<&Deed::directory>},
    {kProcess, "User", deed<&Deed::user>},
    {kProcess, "LogonId", deed<&Deed::uid>},
    {kProcess, "ProcessId", deed<&Deed::process>},
    {kProcess, "ParentImage", deed<&Deed::parent_image>},
    {kProcess, "ParentCommandLine", deed<&Deed::parent_command>},
    {kProcess, "ParentProcessId", deed<&Deed::parent>},

    {kFileMade, "TargetFilename", deed<&Deed::target>},
    {kFileMade, "Image", deed<&Deed::image>},
    {kFileMade, "CommandLine", deed<&Deed::command>},
    {kFileMade, "User", deed<&Deed::user>},
    {kFileMade, "ProcessId", deed<&Deed::process>},
    {kFileGone, "TargetFilename", deed<&Deed::target>},
    {kFileGone, "Image", deed<&Deed::image>},
    {kFileGone, "CommandLine", deed<&Deed::command>},
    {kFileGone, "User", deed<&Deed::user>},
    {kFileGone, "ProcessId", deed<&Deed::process>},

    {kConnection, "DestinationIp", deed<&Deed::address>},
    {kConnection, "DestinationPort", deed<&Deed::port>},
    {kConnection, "Initiated", always_true},
    {kConnection, "Image", deed<&Deed::image>},
    {kConnection, "CommandLine", deed<&Deed::command>},
    {kConnection, "User", deed<&Deed::user>},
    {kConnection, "ProcessId", deed<&Deed::process>},

    {kLine, "host", event_text<&Event::host>},
    {kLine, "hostname", event_text<&Event::host>},
    {kLine, "Computer", event_text<&Event::host>},
    {kLine, "program", event_text<&Event::program>},
    {kLine, "process", event_text<&Event::program>},
    {kLine, "Application", event_text<&Event::program>},
    {kLine, "pid", process},
    {kLine, "message", message},
    {kLine, "msg", message},
    {kLine, "service", service},
    {kLine, "user", account},
    {kLine, "User", account},
    {kLine, "username", account},
    {kLine, "src_ip", event_text<&Event::address>},
    {kLine, "SourceIp", event_text<&Event::address>},
    {kLine, "clientip", event_text<&Event::address>},
    {kLine, "src_port", port},
    {kLine, "SourcePort", port},
    {kLine, "pam_message", pam_message},
    {kLine, "pam_user", account},
    {kLine, "pam_rhost", event_text<&Event::address>},
    {kLine, "USER", event_field<FieldName::kTarget>},
    {kLine, "COMMAND", event_field<FieldName::kCommand>},
    {kLine, "TTY", event_field<FieldName::kTerminal>},
    {kLine, "PWD", sudo_directory},
    {kLine, "action", event_field<FieldName::kAction>},
    {kLine, "method", event_field<FieldName::kMethod>},
    {kLine, "status", event_field<FieldName::kStatus>},
    {kLine, "sender", event_field<FieldName::kSender>},
    {kLine, "recipient", event_field<FieldName::kRecipient>},
    {kLine, "_EXE", event_field<FieldName::kExecutable>},
    {kLine, "_UID", event_field<FieldName::kSenderUid>},
    {kLine, "_SYSTEMD_UNIT", event_field<FieldName::kUnit>},
};

/// A record has its own fields, and of its event's SYSCALL and CWD records those that say who and where.
void fill_audit(const Subject& subject, const std::vector<AuditRecord>& records, sigma::Record& out) {
  constexpr std::string_view kOfEvent[] = {"exe",     "comm", "key",  "uid",     "euid", "auid", "gid",
                                           "egid",    "tty",  "ses",  "success", "pid",  "ppid", "SYSCALL",
                                           "syscall", "cwd",  "exit", "UID",     "AUID", "node"};
  for (const auto& [name, value] : subject.record->fields) out.add(name, value);
  if (subject.record->field("type") == "EXECVE") out.add_line(subject.record->field("command"));
  for (const auto& record : records) {
    const auto type = record.field("type");
    if (&record == subject.record || (type != "SYSCALL" && type != "CWD")) continue;
    for (const auto& [name, value] : record.fields) {
      const bool shared = std::find(std::begin(kOfEvent), std::end(kOfEvent), name) != std::end(kOfEvent);
      if (shared && !out.has(name)) out.add(name, value);
    }
  }
}

SigmaView view_of(const sigma::LogSource& source) {
  if (source.category == "webserver") return kRequest;
  if (source.category == "process_creation") return kProcess;
  if (source.category == "file_delete") return kFileGone;
  if (source.category == "file_event" || source.category == "file_create") return kFileMade;
  if (source.category == "network_connection") return kConnection;
  return source.service == "auditd" || source.service.empty() ? kAudit : kLine;
}

}  // namespace

void SigmaEvents::fill(const SigmaSubject& subject, sigma::Record& record) {
  record.clear();
  if (!subject.line.empty()) record.add_line(subject.line);
  if (subject.view == kAudit) return fill_audit(subject, records_, record);
  if (subject.view == kRequest) {
    for (const auto form : targets_) {
      if (form.data() != targets_.front().data()) record.add_line(form);  // decoded
    }
  }
  for (const auto& row : kRows) {
    if (row.view == subject.view) row.fill({*this, subject, row.field, record});
  }
}

std::vector<std::string> fields_nobody_tells(const sigma::Rule& rule) {
  const auto view = view_of(rule.source);
  std::vector<std::string> missing;
  if (view == kAudit) return missing;  // a record may have any field
  for (const auto& field : rule.fields) {
    const bool told = std::any_of(std::begin(kRows), std::end(kRows),
                                  [&](const Row& row) { return row.view == view && row.field == field; });
    if (!told) missing.push_back(field);
  }
  return missing;
}

}  // namespace rescue::detect
