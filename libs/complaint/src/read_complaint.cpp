#include <algorithm>

#include "prose.hpp"
#include "reading.hpp"
#include "rescue/base/ascii.hpp"

namespace rescue::complaint {
namespace {

constexpr std::size_t kSubjectBytesMax = 500;
constexpr std::size_t kTextBytesMax = 4'000;

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

/// RFC 5322, 3.6: a mail has From and Date. One of them may be missing, but then others are there.
bool is_mail(const Part& mail) {
  const auto has = [&](std::string_view name) { return !header(mail.headers, name).empty(); };
  return has("from") && (has("date") || has("to") || has("message-id") || has("received") || has("subject"));
}

bool is_json(const Part& part) {
  return part.form == Part::Form::kLeaf &&
         (part.type == "application/json" || part.type == "application/xarf+json" ||
          part.filename.ends_with(".json"));
}

/// A report for machines by its name and form.
bool is_yaml(const Part& part) {
  if (part.form != Part::Form::kLeaf) return false;
  const bool named =
      part.filename == "report.txt" || part.filename == "report.yaml" || part.filename == "report.yml";
  return named && lower_ascii(part.text).find("report-type") != std::string::npos;
}

template <class Is>
const Part* find_part(const Part& part, const Is& is) {
  if (is(part)) return &part;
  if (part.form == Part::Form::kMessage) return nullptr;
  for (const auto& one : part.parts) {
    if (const auto* found = find_part(one, is)) return found;
  }
  return nullptr;
}

bool says_json_is_report(const Part& json) {
  return json.text.find("\"xarf_version\"") != std::string::npos ||
         json.text.find("\"ReporterInfo\"") != std::string::npos ||
         json.text.find("\"ReportType\"") != std::string::npos ||
         json.filename.find("xarf") != std::string::npos;
}

/// One of the forms for machines; nothing where it is none.
std::optional<Complaint> read_structured(const Reading& reading, const Part& mail) {
  const auto* arf = find_leaf(mail, "message/feedback-report");
  const auto fields = arf == nullptr ? Headers() : parse_header_text(arf->text);
  const bool xarf = lower_ascii(header(fields, "feedback-type")) == "xarf";
  const auto* json = find_part(mail, is_json);
  if (json != nullptr && (xarf || says_json_is_report(*json))) return read_xarf(reading, json->text, arf);
  auto wrong = reading;
  wrong.out.format = xarf ? Format::kXarf3 : Format::kArf;
  if (xarf) return wrong.to_person(ToPerson::kDamaged);
  if (arf != nullptr) return read_arf(reading, mail, *arf);
  if (mail.report_type == "feedback-report") return wrong.to_person(ToPerson::kDamaged);

  const bool flag = !header(mail.headers, "x-arf").empty() || !header(mail.headers, "x-xarf").empty();
  const auto* yaml = find_part(mail, is_yaml);
  if (yaml != nullptr) return read_x_arf(reading, yaml->text);
  wrong.out.format = Format::kXArf;
  if (flag) return wrong.to_person(ToPerson::kUnsupported);
  return std::nullopt;
}

/// A report for machines that somebody passed on as an attached mail.
std::optional<Complaint> read_forwarded(const Reading& reading, const Part& mail) {
  const auto* message = find_part(mail, [](const Part& part) { return part.form == Part::Form::kMessage; });
  if (message == nullptr || message->parts.empty() || no_complaint(message->parts.front()))
    return std::nullopt;
  auto inner = reading;
  inner.out.subject = cut_utf8(header(message->parts.front().headers, "subject"), kSubjectBytesMax);
  return read_structured(inner, message->parts.front());
}

}  // namespace

bool may_hold(const net::Networks& ours, std::string_view address) {
  if (ours.empty()) return true;
  const auto parsed = net::parse_address(address);
  return parsed && ours.contains(*parsed);
}

Complaint Reading::to_person(ToPerson why) {
  Complaint kept;
  kept.format = out.format;
  kept.to_person = why;
  kept.reference = std::move(out.reference);
  kept.subject = std::move(out.subject);
  kept.text = std::move(out.text);
  return kept;
}

bool Reading::accuse(std::string_view address) {
  auto key = catalog::ServerKey::address(address);
  if (!key) return out.to_person = ToPerson::kDamaged, false;
  if (!may_hold(ours, key->text)) return out.to_person = ToPerson::kNoServer, false;
  out.server = *std::move(key);
  return true;
}

Complaint read_complaint(std::string_view raw, const net::Networks& ours) {
  Reading reading{ours, {}};
  if (is_blank(raw)) return reading.to_person(ToPerson::kEmpty);
  // Where it ends in the midst of a line, it may be cut: what stands last is not read as whole.
  const auto mail = raw.ends_with('\n') || raw.ends_with('\r')
                        ? parse_mail(raw)
                        : parse_mail(std::string(raw) + "\xEF\xBF\xBD");
  if (!mail) return reading.to_person(ToPerson::kTooComplex);
  reading.out.subject = cut_utf8(header(mail->headers, "subject"), kSubjectBytesMax);
  reading.out.text = cut_utf8(read_content(*mail).text, kTextBytesMax);
  if (!is_mail(*mail)) return reading.to_person(ToPerson::kNotAMail);
  if (const auto why = no_complaint(*mail)) return reading.to_person(*why);
  auto complaint = read_structured(reading, *mail);
  if (!complaint) complaint = read_forwarded(reading, *mail);
  if (!complaint) complaint = read_free_form(std::move(reading), *mail);
  if (complaint->seen_at) complaint->seen_at = std::chrono::floor<std::chrono::seconds>(*complaint->seen_at);
  return *std::move(complaint);
}

}  // namespace rescue::complaint
