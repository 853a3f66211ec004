// What stands in the evidence store where the probe made nothing: the shape of its document
// (api/schemas/investigation.schema.json), so that all that follows reads one kind. What
// persons found is no part of it: it stands with the incident, and the customer report takes it from there.
#include "desk/desk.hpp"
#include "desk/manual_completion.hpp"

namespace rescue::workflow {
namespace {

Json judgement(const Json& completion, const char* kind) {
  return {{"state", completion.at("verdict").at(kind)}, {"why", completion.at("reason").at("en")}};
}

Json document_of(const Json& completion) {
  const Json nowhere{{"from", ""}, {"to", ""}};
  return {{"schema_version", 1},
          {"tool", {{"name", "person"}, {"version", "person"}}},
          {"host", {{"hostname", ""}, {"os", ""}, {"os_id", ""}, {"os_version", ""}, {"time_zone", ""}}},
          {"period", nowhere},
          {"verdict",
           {{"intrusion", judgement(completion, "intrusion")},
            {"mail_abuse", judgement(completion, "mail_abuse")}}},
          {"cause",
           {{"known", completion.at("outcome") == "cause_identified"},
            {"why", completion.at("reason").at("en")}}},
          {"entry_vectors", Json::array()},
          {"findings", Json::array()},
          {"timeline", Json::array()},
          {"impact", {{"accounts", Json::array()}, {"files", Json::array()}, {"addresses", Json::array()}}},
          {"gaps", Json::array()},
          {"counts",
           {{"files_read", completion.at("evidence_read").size()},
            {"bytes_read", 0},
            {"lines", 0},
            {"events", 0},
            {"findings", 0},
            {"gaps", 0}}}};
}

}  // namespace

Result<std::string> manual_document(Casework& casework, store::Tx& tx, const DeskCall& call) {
  RESCUE_ASSIGN(const auto incident, casework.incidents.load(tx, call.id));
  RESCUE_TRY(check_completable(incident));
  RESCUE_ASSIGN(const auto completion, read_manual_completion(tx, incident, call.body));
  if (incident.document_sha256) return std::string();
  return dump_json(document_of(completion));
}

}  // namespace rescue::workflow
