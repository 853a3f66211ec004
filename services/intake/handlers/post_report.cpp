#include "handlers/post_report.hpp"

#include <algorithm>

#include "report_store.hpp"
#include "rescue/base/id.hpp"
#include "rescue/base/json_text.hpp"
#include "rescue/base/sha256.hpp"
#include "rescue/incident/complaint.hpp"
#include "rescue/incident/messages.hpp"
#include "rescue/service/acting_for.hpp"
#include "rescue/service/idempotency.hpp"

namespace rescue::intake {
namespace {

constexpr std::size_t kSummaryBytesMax = 20'000;
constexpr std::size_t kEvidenceBytesMax = 100'000;
/// So many of a server's addresses go on; a look from outside needs no more.
constexpr std::size_t kAddressesMax = 8;

/// The body of a report after all checks that need no other data.
struct Notice {
  std::string source;
  std::string category;
  catalog::ServerKey server;
  std::string summary;
  std::optional<Timestamp> seen_at;
  std::optional<incident::Complaint> complaint;
  std::optional<service::ActingFor> acting_for;
};

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

Result<Notice> read_notice(const http::Request& request) {
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
  RESCUE_ASSIGN(notice.acting_for, service::read_acting_for(in, request.caller->role));
  RESCUE_TRY(in.done());
  RESCUE_TRY(read_server(std::move(server), notice));
  if (complaint) {
    RESCUE_ASSIGN(notice.complaint, incident::read_complaint(*std::move(complaint)));
  }
  RESCUE_TRY(check_source(notice.source, *request.caller));
  return notice;
}

/// Servers and addresses change hands: who held one is asked for the time of the complaint (R6), where that
/// is given and can be meant.
Timestamp complaint_time(const Parts& parts, const Notice& notice, Timestamp now) {
  const bool plausible =
      notice.seen_at && *notice.seen_at <= now && now - *notice.seen_at <= parts.seen_age_max;
  return plausible ? *notice.seen_at : now;
}

/// R6, and whether the customer acted for is the one who holds the contract.
Result<catalog::ServerContract> checked_contract(Result<catalog::ServerContract> contract,
                                                 const Notice& notice) {
  if (!contract) {
    auto error = contract.error();
    if (error.code == ErrorCode::kInvalid) error.pointer = "/server";
    return fail(std::move(error));
  }
  if (notice.acting_for && notice.acting_for->customer != contract->customer) {
    return fail(ErrorCode::kForbidden, "not-your-server",
                "the customer " + notice.acting_for->customer + " does not hold the contract of this server",
                "/on_behalf_of/customer");
  }
  return contract;
}

/// All but whose server it is.
StoredReport report_from(const Notice& notice, const http::Request& request, Timestamp now) {
  StoredReport report;
  report.report_id = ReportId::make(now).str();
  report.incident_id = IncidentId::make(now).str();
  report.source = notice.source;
  report.category = notice.category;
  report.key_id = request.caller->key_id;
  report.role = request.caller->role;
  if (notice.acting_for) report.person = notice.acting_for->person;
  if (notice.complaint) report.complaint = dump_json(incident::to_json(*notice.complaint));
  report.raw_body = request.body;
  report.raw_sha256 = sha256_hex(request.body);
  if (notice.seen_at) report.seen_us = to_us(*notice.seen_at);
  report.received_us = to_us(now);
  return report;
}

Json message_body(const StoredReport& report, const Notice& notice,
                  const std::vector<std::string>& addresses) {
  const auto or_null = [](const auto& value) { return value ? Json(*value) : Json(nullptr); };
  return {
      {"report_id", report.report_id},
      {"source", report.source},
      {"category", report.category},
      {"server_id", report.server_id},
      {"customer", report.customer},
      {"summary", notice.summary},
      {"seen_at_us", or_null(report.seen_us)},
      {"received_us", report.received_us},
      {"reporter", {{"key_id", report.key_id}, {"role", report.role}, {"person", or_null(report.person)}}},
      {"raw_sha256", report.raw_sha256},
      {"complaint", notice.complaint ? incident::to_json(*notice.complaint) : Json()},
      {"addresses", addresses}};
}

std::string actor_of(const StoredReport& report) {
  if (report.person) return "customer:" + report.customer + "/" + *report.person;
  return report.role + ":" + report.key_id;
}

store::AuditRow audit_row(const StoredReport& report) {
  return {.at_us = report.received_us,
          .incident_id = report.incident_id,
          .actor = actor_of(report),
          .action = "report.received",
          .reason = "",
          .details = {{"report_id", report.report_id}, {"raw_sha256", report.raw_sha256}},
          .hash = {}};
}

http::Response accepted(const StoredReport& report) {
  const std::string status_url = "/v1/reports/" + report.report_id;
  http::Response response;
  response.status = 202;
  response.body = JsonObjectText()
                      .text("incident_id", report.incident_id)
                      .text("report_id", report.report_id)
                      .text("status_url", status_url)
                      .done();
  response.headers.emplace_back("Location", status_url);
  return response;
}

/// What is written for a report that may be taken. Made on the listener's thread, so that the one thread that
/// writes has nothing to do but write.
struct Writing {
  StoredReport report;
  store::AuditRow audit;
  store::Outbox::Letter letter;
  http::Response answer;
  std::string trace_id;
};

struct Taking {
  service::Idempotency::Claim claim;
  std::int64_t now_us = 0;
  /// Else why there is no contract. A repeated request gets its answer all the same.
  Result<Writing> writing;
  bool fresh = false;  ///< set by `take`
  /// Set by `take`: a refusal wrote nothing, so nothing has to be rolled back for it.
  Result<http::Response> given;
};

/// A report that is checked but for its contract: what is kept of the request while the directory is asked,
/// which may take longer than the listener's thread has.
struct Asking {
  Notice notice;
  StoredReport report;
  service::Idempotency::Claim claim;
  Trace trace;
};

Result<Asking> prepare(const Parts& parts, const http::Request& request) {
  RESCUE_ASSIGN(auto notice, read_notice(request));
  RESCUE_ASSIGN(auto claim, service::Idempotency::claim_of(request));
  auto report = report_from(notice, request, parts.service.clock().now());
  return Asking{std::move(notice), std::move(report), std::move(claim), request.trace};
}

Result<Writing> prepare_writing(const Parts& parts, Asking& asking, Result<catalog::ServerContract> found,
                                const std::vector<std::string>& addresses) {
  RESCUE_ASSIGN(const auto contract, checked_contract(std::move(found), asking.notice));
  auto& report = asking.report;
  report.server_id = contract.server_id;
  report.customer = contract.customer;
  RESCUE_ASSIGN(
      auto letter,
      parts.service.letter("workflow", std::string(incident::messages::kReportReceived), report.incident_id,
                           message_body(report, asking.notice, addresses), asking.trace));
  auto audit = audit_row(report);
  auto answer = accepted(report);
  return Writing{std::move(report), std::move(audit), std::move(letter), std::move(answer),
                 asking.trace.trace_id};
}

/// Once it is durable: a report that was rolled back is not told of.
void tell(Parts& parts, const Writing& writing) {
  const StoredReport& report = writing.report;
  JsonObjectText fields;
  fields.text("incident_id", report.incident_id)
      .text("report_id", report.report_id)
      .text("source", report.source)
      .text("trace_id", writing.trace_id);
  parts.service.log().info("report.received", fields);
  parts.service.metrics()
      .counter("rescue_reports_total", "Reports received.", {{"source", report.source}})
      .add();
}

/// For a request that came before, or may not be taken.
Result<http::Response> answer_without(const Taking& taking, std::optional<http::Response> known) {
  if (known) return *std::move(known);
  if (!taking.writing) return fail(taking.writing.error());
  return fail(ErrorCode::kConflict, "idempotency-key-in-use",
              "the same request is being answered; send it again");
}

Status take(store::Tx& tx, service::Service::Gathered& gathered, Taking& taking) {
  const auto& writing = taking.writing;
  taking.fresh = false;
  if (writing) {
    RESCUE_ASSIGN(const bool fresh,
                  service::Idempotency::keep(tx, taking.claim, writing->answer, taking.now_us));
    if (fresh) {
      RESCUE_TRY(ReportStore::insert(tx, writing->report));
      gathered.audit.push_back(&writing->audit);
      gathered.letters.push_back(&writing->letter);
      taking.given = writing->answer;
      taking.fresh = true;
      return {};
    }
  }
  auto known = service::Idempotency::known(tx, taking.claim);
  if (!known && known.error().code != ErrorCode::kInvalid) return fail(known.error());
  taking.given =
      known ? answer_without(taking, *std::move(known)) : Result<http::Response>(fail(known.error()));
  return {};
}

void take_up(Parts& parts, Asking& asking, Result<catalog::ServerContract> found,
             const std::vector<std::string>& addresses, const http::Answer& answer) {
  const auto now_us = asking.report.received_us;
  const auto taking =
      std::make_shared<Taking>(Taking{std::move(asking.claim),
                                      now_us,
                                      prepare_writing(parts, asking, std::move(found), addresses),
                                      false,
                                      {}});
  parts.service.write_late([taking](store::Tx& tx, auto& gathered) { return take(tx, gathered, *taking); },
                           [&parts, taking, answer](const Status& written) {
                             if (!written) return answer(fail(written.error()));
                             if (taking->fresh) tell(parts, *taking->writing);
                             answer(std::move(taking->given));
                           });
}

/// Where the server is reached now, the address that was complained about first.
std::vector<std::string> addresses_of(const catalog::ServerContract& contract,
                                      const catalog::ServerKey& key) {
  std::vector<std::string> out;
  for (const auto& address : contract.addresses) {
    if (std::find(out.begin(), out.end(), address) == out.end()) out.push_back(address);
  }
  if (key.kind == catalog::ServerKey::Kind::kAddress) {
    const auto named = std::find(out.begin(), out.end(), key.text);
    if (named != out.end()) std::rotate(out.begin(), named, named + 1);
  }
  if (out.size() > kAddressesMax) out.resize(kAddressesMax);
  return out;
}

/// An address may have passed to another customer since the time of the complaint: what is told of then is
/// looked up anew, and where nobody can say whose the addresses are now, none goes on.
void take_up_with_addresses(Parts& parts, const std::shared_ptr<Asking>& asking, Timestamp at,
                            Result<catalog::ServerContract> found, const http::Answer& answer) {
  const Timestamp now = from_us(asking->report.received_us);
  const auto& key = asking->notice.server;
  if (!found) return take_up(parts, *asking, std::move(found), {}, answer);
  if (catalog::day_in_tokyo(at) == catalog::day_in_tokyo(now)) {
    const auto addresses = addresses_of(*found, key);
    return take_up(parts, *asking, std::move(found), addresses, answer);
  }
  const auto id = catalog::ServerKey::id(found->server_id);
  parts.contracts.find(
      id, now,
      [&parts, asking, key, then = *std::move(found), answer](const Result<catalog::ServerContract>& today) {
        const bool theirs = today && today->customer == then.customer;
        take_up(parts, *asking, then, theirs ? addresses_of(*today, key) : std::vector<std::string>(),
                answer);
      });
}

}  // namespace

void post_report(Parts& parts, const http::Request& request, const http::Answer& answer) {
  if (const Status may = parts.service.may_take(); !may) return answer(fail(may.error()));
  auto prepared = prepare(parts, request);
  if (!prepared) return answer(fail(prepared.error()));
  const auto asking = std::make_shared<Asking>(*std::move(prepared));
  const auto at = complaint_time(parts, asking->notice, from_us(asking->report.received_us));
  parts.contracts.find(asking->notice.server, at,
                       [&parts, asking, at, answer](Result<catalog::ServerContract> found) {
                         take_up_with_addresses(parts, asking, at, std::move(found), answer);
                       });
}

}  // namespace rescue::intake
