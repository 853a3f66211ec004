#include "handlers/mail_notice.hpp"

#include "report_store.hpp"
#include "rescue/base/ascii.hpp"
#include "rescue/complaint/complaint.hpp"

namespace rescue::intake {
namespace {

/// Of the server itself; with an attack, or spam, it is the victim's.
bool is_of_the_server(complaint::Kind kind) {
  return kind == complaint::Kind::kOpenPort || kind == complaint::Kind::kOpenRelay;
}

/// What can be looked at from outside. Without the URL or the port that its kind asks for it is `other`.
incident::Complaint seen_from_outside(const complaint::Complaint& read) {
  Json json{{"kind", complaint::to_string(read.kind)}};
  if (!read.urls.empty()) json["url"] = read.urls.front();
  if (is_of_the_server(read.kind)) {
    if (read.port) json["port"] = *read.port;
    if (!read.protocol.empty()) json["protocol"] = read.protocol;
  }
  auto out = incident::read_complaint(JsonReader(json));
  return out ? *std::move(out) : incident::Complaint{.kind = "other", .url = {}, .port = {}, .protocol = {}};
}

std::string summary_of(const complaint::Complaint& read) {
  const auto summary = read.subject + (read.subject.empty() || read.text.empty() ? "" : "\n\n") + read.text;
  return summary.empty() ? "A mail without words." : summary;
}

}  // namespace

bool is_mail(const http::Request& request) {
  auto type = lower_ascii(request.header("content-type").value_or(""));
  type = type.substr(0, type.find(';'));
  while (type.ends_with(' ')) type.pop_back();
  return type == kMailType;
}

Result<Notice> read_mail_notice(const net::Networks& ours, const http::Request& request) {
  if (request.caller->role == "web_form") {
    return fail(ErrorCode::kForbidden, "role-not-allowed",
                "a mail is a third party's notice; the role web_form reports for a customer, as JSON");
  }
  const auto read = complaint::read_complaint(request.body, ours);
  Notice notice;
  notice.mail = true;
  notice.source = "third_party";
  notice.category = complaint::to_string(read.category);
  notice.subject = read.subject;
  notice.summary = summary_of(read);
  if (!read.reference.empty()) notice.reference = read.reference;
  if (read.to_person) {
    notice.for_person = complaint::to_string(*read.to_person);
    return notice;
  }
  notice.server = read.server;
  notice.seen_at = read.seen_at;
  notice.complaint = seen_from_outside(read);
  return notice;
}

}  // namespace rescue::intake
