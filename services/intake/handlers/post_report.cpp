#include "handlers/post_report.hpp"

#include <algorithm>

#include "handlers/mail_notice.hpp"
#include "handlers/notice.hpp"
#include "handlers/our_addresses.hpp"
#include "report_store.hpp"
#include "rescue/base/id.hpp"
#include "rescue/base/json_text.hpp"
#include "rescue/base/sha256.hpp"
#include "rescue/incident/messages.hpp"
#include "rescue/service/idempotency.hpp"

namespace rescue::intake {
namespace {

/// So many of a server's addresses go on; a look from outside needs no more.
constexpr std::size_t kAddressesMax = 8;

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
  if (notice.mail) report.content_type = kMailType;
  report.reference = notice.reference;
  report.of_report = notice.of_report;
  report.raw_body = request.body;
  report.raw_sha256 = sha256_hex(request.body);
  if (notice.seen_at) report.seen_us = to_us(*notice.seen_at);
  report.received_us = to_us(now);
  return report;
}

Json or_null(const auto& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json reporter_of(const StoredReport& report) {
  return {{"key_id", report.key_id}, {"role", report.role}, {"person", or_null(report.person)}};
}

Json message_body(const StoredReport& report, const Notice& notice,
                  const std::vector<std::string>& addresses) {
  return {{"report_id", report.report_id},
          {"source", report.source},
          {"category", report.category},
          {"server_id", report.server_id},
          {"customer", report.customer},
          {"summary", notice.summary},
          {"seen_at_us", or_null(report.seen_us)},
          {"received_us", report.received_us},
          {"reporter", reporter_of(report)},
          {"raw_sha256", report.raw_sha256},
          {"of_report", or_null(report.of_report)},
          {"complaint", notice.complaint ? incident::to_json(*notice.complaint) : Json()},
          {"addresses", addresses}};
}

/// Of one that a person has to read.
Json unread_body(const StoredReport& report, const Notice& notice) {
  return {{"report_id", report.report_id},     {"why", report.for_person.value_or("")},
          {"subject", notice.subject},         {"reference", or_null(report.reference)},
          {"received_us", report.received_us}, {"reporter", reporter_of(report)},
          {"raw_sha256", report.raw_sha256}};
}

std::string actor_of(const StoredReport& report) {
  if (report.person) return "customer:" + report.customer + "/" + *report.person;
  return report.role + ":" + report.key_id;
}

store::AuditRow audit_row(const StoredReport& report) {
  Json details{{"report_id", report.report_id}, {"raw_sha256", report.raw_sha256}};
  if (report.of_report) details["of_report"] = *report.of_report;
  return {.at_us = report.received_us,
          .incident_id = report.incident_id,
          .actor = actor_of(report),
          .action = report.for_person ? "report.unread" : "report.received",
          .reason = report.for_person.value_or(""),
          .details = details,
          .hash = {}};
}

http::Response accepted(const StoredReport& report) {
  const std::string status_url = "/v1/reports/" + report.report_id;
  http::Response response;
  response.status = 202;
  JsonObjectText body;
  body.text("incident_id", report.incident_id).text("report_id", report.report_id);
  if (report.for_person) body.text("state", report.state);
  response.body = body.text("status_url", status_url).done();
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

/// What an operator has read and makes a report of goes on under its incident's id.
Status take_over_id(const Parts& parts, StoredReport& report) {
  const auto read =
      parts.service.database().read([&](store::Tx& tx) { return ReportStore::get(tx, *report.of_report); });
  if (!read && read.error().code != ErrorCode::kNotFound) return fail(read.error());
  if (!read || !read->for_person) {
    return fail(ErrorCode::kInvalid, "not-allowed-value",
                "must be the id of a report that a person has to read", "/of_report");
  }
  report.incident_id = read->incident_id;
  report.reference = read->reference;
  return {};
}

Result<Asking> prepare(const Parts& parts, const net::Networks& ours, const http::Request& request) {
  RESCUE_ASSIGN(auto notice, read_notice(ours, request));
  RESCUE_ASSIGN(auto claim, service::Idempotency::claim_of(request));
  auto report = report_from(notice, request, parts.service.clock().now());
  if (report.of_report) RESCUE_TRY(take_over_id(parts, report));
  return Asking{std::move(notice), std::move(report), std::move(claim), request.trace};
}

Result<Writing> finish_writing(const Parts& parts, const Asking& asking, StoredReport report,
                               std::string_view type, Json body) {
  RESCUE_ASSIGN(auto letter, parts.service.letter("workflow", std::string(type), report.incident_id,
                                                  std::move(body), asking.trace));
  auto audit = audit_row(report);
  auto answer = accepted(report);
  return Writing{std::move(report), std::move(audit), std::move(letter), std::move(answer),
                 asking.trace.trace_id};
}

/// A mail may name a host that only its customer knows by that name: then a person finds out whose it is.
bool is_unknown_host(const Asking& asking, const Result<catalog::ServerContract>& found) {
  return !found && found.error().code == ErrorCode::kInvalid && asking.notice.mail &&
         asking.notice.server.kind == catalog::ServerKey::Kind::kHostname;
}

Result<Writing> prepare_unread(const Parts& parts, const Asking& asking, std::string why) {
  auto report = asking.report;
  report.state = "for_person";
  report.for_person = std::move(why);
  auto body = unread_body(report, asking.notice);
  return finish_writing(parts, asking, std::move(report), incident::messages::kReportUnread, std::move(body));
}

Result<Writing> prepare_writing(const Parts& parts, const Asking& asking,
                                Result<catalog::ServerContract> found,
                                const std::vector<std::string>& addresses) {
  if (asking.notice.for_person) return prepare_unread(parts, asking, *asking.notice.for_person);
  if (is_unknown_host(asking, found)) return prepare_unread(parts, asking, "not_under_contract");
  RESCUE_ASSIGN(const auto contract, checked_contract(std::move(found), asking.notice));
  auto report = asking.report;
  report.server_id = contract.server_id;
  report.customer = contract.customer;
  auto body = message_body(report, asking.notice, addresses);
  return finish_writing(parts, asking, std::move(report), incident::messages::kReportReceived,
                        std::move(body));
}

/// Once it is durable: a report that was rolled back is not told of.
void tell(Parts& parts, const Writing& writing) {
  const StoredReport& report = writing.report;
  JsonObjectText fields;
  fields.text("incident_id", report.incident_id)
      .text("report_id", report.report_id)
      .text("source", report.source)
      .text("trace_id", writing.trace_id);
  if (report.for_person) fields.text("why", *report.for_person);
  parts.service.log().info(report.for_person ? "report.unread" : "report.received", fields);
  parts.service.metrics()
      .counter("rescue_reports_total", "Reports received.", {{"source", report.source}})
      .add();
  if (report.content_type != kMailType) return;
  parts.service.metrics()
      .counter("rescue_complaint_mails_total", "Reports that came as mails.",
               {{"outcome", report.for_person ? "for_person" : "read"}})
      .add();
}

/// Of two who have read the same, one makes a report of it.
Result<std::optional<Error>> refusal_of(store::Tx& tx, const Taking& taking) {
  if (!taking.writing || !taking.writing->report.of_report) return std::optional<Error>();
  RESCUE_ASSIGN(const auto read, ReportStore::get(tx, *taking.writing->report.of_report));
  if (read.state == "for_person") return std::optional<Error>();
  return std::optional<Error>(
      Error{ErrorCode::kConflict, "task-done", "somebody has read this report already", "/of_report"});
}

/// For a request that came before, or may not be taken.
Result<http::Response> answer_without(const Taking& taking, const std::optional<Error>& refusal,
                                      std::optional<http::Response> known) {
  if (known) return *std::move(known);
  if (refusal) return fail(*refusal);
  if (!taking.writing) return fail(taking.writing.error());
  return fail(ErrorCode::kConflict, "idempotency-key-in-use",
              "the same request is being answered; send it again");
}

Status take(store::Tx& tx, service::Service::Gathered& gathered, Taking& taking) {
  const auto& writing = taking.writing;
  taking.fresh = false;
  RESCUE_ASSIGN(const auto refusal, refusal_of(tx, taking));
  if (writing && !refusal) {
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
  taking.given = known ? answer_without(taking, refusal, *std::move(known))
                       : Result<http::Response>(fail(known.error()));
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

void read_and_take(Parts& parts, const net::Networks& ours, const http::Request& request,
                   const http::Answer& answer) {
  auto prepared = prepare(parts, ours, request);
  if (!prepared) return answer(fail(prepared.error()));
  const auto asking = std::make_shared<Asking>(*std::move(prepared));
  if (asking->notice.for_person) {
    const Error nobody{ErrorCode::kInvalid, "not-under-contract", "a person has to say which server it is"};
    return take_up(parts, *asking, fail(nobody), {}, answer);
  }
  const auto at = complaint_time(parts, asking->notice, from_us(asking->report.received_us));
  parts.contracts.find(asking->notice.server, at,
                       [&parts, asking, at, answer](Result<catalog::ServerContract> found) {
                         take_up_with_addresses(parts, asking, at, std::move(found), answer);
                       });
}

}  // namespace

void post_report(Parts& parts, const http::Request& request, const http::Answer& answer) {
  if (const Status may = parts.service.may_take(); !may) return answer(fail(may.error()));
  if (!is_mail(request) || !parts.networks.empty()) {
    return read_and_take(parts, parts.networks, request, answer);
  }
  const auto kept = std::make_shared<const http::Request>(request);
  find_our_addresses(parts, kept->body, parts.service.clock().now(),
                     [&parts, kept, answer](const Result<net::Networks>& ours) {
                       if (!ours) return answer(fail(ours.error()));
                       read_and_take(parts, *ours, *kept, answer);
                     });
}

}  // namespace rescue::intake
