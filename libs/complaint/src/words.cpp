// The words of the public types, as they stand in JSON, databases and messages.
#include "rescue/complaint/complaint.hpp"

namespace rescue::complaint {

std::string_view to_string(Format format) {
  switch (format) {
    case Format::kNone:
      return "none";
    case Format::kArf:
      return "arf";
    case Format::kXArf:
      return "x_arf";
    case Format::kXarf3:
      return "xarf_3";
    case Format::kXarf4:
      return "xarf_4";
    case Format::kFreeForm:
      return "free_form";
  }
  return "none";
}

std::string_view to_string(Kind kind) {
  switch (kind) {
    case Kind::kOpenRelay:
      return "open_relay";
    case Kind::kSpam:
      return "spam";
    case Kind::kPhishingUrl:
      return "phishing_url";
    case Kind::kMalwareUrl:
      return "malware_url";
    case Kind::kOpenPort:
      return "open_port";
    case Kind::kLoginAttack:
      return "login_attack";
    case Kind::kPortScan:
      return "port_scan";
    case Kind::kDdos:
      return "ddos";
    case Kind::kOther:
      return "other";
  }
  return "other";
}

std::string_view to_string(Category category) {
  switch (category) {
    case Category::kUnknown:
      return "unknown";
    case Category::kIntrusion:
      return "intrusion";
    case Category::kMailAbuse:
      return "mail_abuse";
  }
  return "unknown";
}

std::string_view to_string(ToPerson why) {
  switch (why) {
    case ToPerson::kEmpty:
      return "empty";
    case ToPerson::kNotAMail:
      return "not_a_mail";
    case ToPerson::kTooComplex:
      return "too_complex";
    case ToPerson::kBounce:
      return "bounce";
    case ToPerson::kAutoReply:
      return "auto_reply";
    case ToPerson::kEncrypted:
      return "encrypted";
    case ToPerson::kNotAComplaint:
      return "not_a_complaint";
    case ToPerson::kUnsupported:
      return "unsupported";
    case ToPerson::kDamaged:
      return "damaged";
    case ToPerson::kContradiction:
      return "contradiction";
    case ToPerson::kNoServer:
      return "no_server";
    case ToPerson::kSeveralServers:
      return "several_servers";
  }
  return "not_a_mail";
}

std::string_view sentence(ToPerson why) {
  switch (why) {
    case ToPerson::kEmpty:
      return "The mail is empty.";
    case ToPerson::kNotAMail:
      return "It is no mail: it has no header fields.";
    case ToPerson::kTooComplex:
      return "It has more parts, or more within each other, than a mail has.";
    case ToPerson::kBounce:
      return "A mail of ours came back.";
    case ToPerson::kAutoReply:
      return "Nobody wrote it: it is an automatic reply or a receipt.";
    case ToPerson::kEncrypted:
      return "It is encrypted.";
    case ToPerson::kNotAComplaint:
      return "Nothing in it says what would be wrong with a server.";
    case ToPerson::kUnsupported:
      return "It is in a form or version that cannot be read here.";
    case ToPerson::kDamaged:
      return "It claims to be in a form for machines, but does not keep to it.";
    case ToPerson::kContradiction:
      return "It names two different servers for one and the same thing.";
    case ToPerson::kNoServer:
      return "It accuses no server of ours beyond doubt.";
    case ToPerson::kSeveralServers:
      return "It accuses several servers of ours.";
  }
  return "";
}

Json to_json(const Complaint& complaint) {
  Json out{{"format", to_string(complaint.format)}};
  if (!complaint.reference.empty()) out["reference"] = complaint.reference;
  if (complaint.to_person) {
    out["to_person"] = to_string(*complaint.to_person);
    return out;
  }
  out["server"] = {{to_string(complaint.server.kind), complaint.server.text}};
  out["kind"] = to_string(complaint.kind);
  out["category"] = to_string(complaint.category);
  if (complaint.seen_at) {
    out["seen_at"] = format_rfc3339(*complaint.seen_at, std::chrono::minutes(0)).substr(0, 19) + "Z";
  }
  if (!complaint.urls.empty()) out["urls"] = complaint.urls;
  if (complaint.port) out["port"] = *complaint.port;
  if (!complaint.protocol.empty()) out["protocol"] = complaint.protocol;
  return out;
}

}  // namespace rescue::complaint
