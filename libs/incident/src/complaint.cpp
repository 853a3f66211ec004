#include "rescue/incident/complaint.hpp"

#include "rescue/net/url.hpp"

namespace rescue::incident {
namespace {

constexpr std::int64_t kPortMax = 65'535;

}  // namespace

const std::vector<std::string>& complaint_kinds() {
  static const std::vector<std::string> kinds{"open_relay",  "spam",      "phishing_url",
                                              "malware_url", "open_port", "login_attack",
                                              "port_scan",   "ddos",      "other"};
  return kinds;
}

Result<Complaint> read_complaint(JsonReader in) {
  Complaint out;
  out.kind = in.one_of("kind", complaint_kinds());
  out.url = in.optional_text("url", {.max_bytes = kComplaintUrlBytesMax});
  out.port = in.optional_integer("port", 1, kPortMax);
  out.protocol = in.optional_text("protocol");
  if (out.protocol && *out.protocol != "tcp" && *out.protocol != "udp") {
    in.fault("protocol", "not-allowed-value", "must be one of: tcp, udp");
  }
  if (out.url) {
    if (const auto parsed = net::parse_http_url(*out.url); !parsed) {
      in.fault("url", parsed.error().problem, parsed.error().detail);
    }
  } else if (out.kind == "phishing_url" || out.kind == "malware_url") {
    in.fault("url", "missing-field", "a complaint of the kind " + out.kind + " names the URL");
  }
  if (out.kind == "open_port" && !out.port) {
    in.fault("port", "missing-field", "a complaint of the kind open_port names the port");
  }
  RESCUE_TRY(in.done());
  return out;
}

Json to_json(const Complaint& complaint) {
  Json out{{"kind", complaint.kind}};
  if (complaint.url) out["url"] = *complaint.url;
  if (complaint.port) out["port"] = *complaint.port;
  if (complaint.protocol) out["protocol"] = *complaint.protocol;
  return out;
}

}  // namespace rescue::incident
