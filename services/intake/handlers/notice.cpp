#include "handlers/notice.hpp"

#include "handlers/mail_notice.hpp"

namespace rescue::intake {
namespace {

constexpr std::size_t kSummaryBytesMax = 20'000;
constexpr std::size_t kEvidenceBytesMax = 100'000;

/// The server by whichever of the three it is named by.
Status read_server(JsonReader in, Notice& notice) {
  const auto id = in.optional_text("id", {.max_bytes = 64});
  const auto address = in.optional_text("address", {.max_bytes = 64});
  const auto hostname = in.optional_text("hostname", {.max_bytes = 255});
  const int named = (id ? 1 : 0) + (address ? 1 : 0) + (hostname ? 1 : 0);
  if (named == 0) {
    in.fault("id", "missing-field", R"(name the server by "id", by "address" or by "hostname")");
  } else if (named > 1) {
    in.fault(hostname ? "hostname" : "address", "not-allowed-value",
             R"(name the server by one of "id", "address" and "hostname")");
  }
  RESCUE_TRY(in.done());
  Result<catalog::ServerKey> key = id        ? catalog::ServerKey::id(*id)
                                   : address ? catalog::ServerKey::address(*address)
                                             : catalog::ServerKey::hostname(*hostname);
  if (!key) {
    key.error().pointer = address ? "/server/address" : "/server/hostname";
    return fail(std::move(key).error());
  }
  notice.server = *std::move(key);
  return {};
}

/// R4: a third party's notice or the customer's own, and nobody says for another which it was.
Status check_source(const std::string& source, const http::Caller& caller) {
  if (source != "customer" || caller.role == "web_form") return {};
  return fail(ErrorCode::kForbidden, "role-not-allowed",
              "only the role web_form may hand in a customer's own report; the role " + caller.role +
                  " reports as third_party",
              "/source");
}

}  // namespace

Result<Notice> read_notice(const net::Networks& ours, const http::Request& request) {
  if (is_mail(request)) return read_mail_notice(ours, request);
  RESCUE_ASSIGN(const auto body, request.json());
  JsonReader in(body);
  Notice notice;
  notice.source = in.text("source", {.max_bytes = 64});
  if (notice.source != "third_party" && notice.source != "customer") {
    in.fault("source", "unknown-source", "must be one of: third_party, customer");
  }
  notice.category = in.one_of("category", {"intrusion", "mail_abuse", "unknown"});
  notice.summary = in.text("summary", {.max_bytes = kSummaryBytesMax});
  notice.seen_at = in.optional_time("seen_at");
  in.optional_text("evidence", {.max_bytes = kEvidenceBytesMax});
  auto server = in.object("server");
  auto complaint = in.optional_object("complaint");
  notice.of_report = in.optional_text("of_report", {.max_bytes = 64});
  RESCUE_ASSIGN(notice.acting_for, service::read_acting_for(in, request.caller->role));
  RESCUE_TRY(in.done());
  RESCUE_TRY(read_server(std::move(server), notice));
  if (complaint) {
    RESCUE_ASSIGN(notice.complaint, incident::read_complaint(*std::move(complaint)));
  }
  RESCUE_TRY(check_source(notice.source, *request.caller));
  if (notice.of_report && request.caller->role != "operator") {
    return fail(ErrorCode::kForbidden, "role-not-allowed", "operators read what a person has to read",
                "/of_report");
  }
  return notice;
}

}  // namespace rescue::intake
