// Responses to mail abuse: what one would do, and its undo.
#include <charconv>
#include <fstream>
#include <iterator>

#include "commands/commands.hpp"
#include "output/plain_text.hpp"

namespace rescue::ctl {
namespace {

constexpr const char* kPlanKind = "mail_abuse_plan";

std::string incident_path(const Arguments& given, std::string_view what) {
  return "/v1/incidents/" + segment(given.words.at(0)) + "/" + std::string(what);
}

/// The sealed box out of a file: {key_id, sealed}, or a body that has it as `access`.
Status add_access(Json& body, const Arguments& given) {
  if (!given.has("--access")) return {};
  std::ifstream file(given.option("--access"), std::ios::binary);
  if (!file) return fail(ErrorCode::kInvalid, "file-unreadable", "cannot read " + given.option("--access"));
  const std::string bytes(std::istreambuf_iterator<char>(file), {});
  // The error says nothing of the file's content: it may be the access in clear text.
  const auto box = parse_json(bytes);
  if (!box || !box->is_object())
    return fail(ErrorCode::kInvalid, "malformed-json", given.option("--access") + " has no sealed access");
  body["access"] = box->value("access", *box);
  return {};
}

Result<Json> numbers(const std::string& list) {
  Json out = Json::array();
  for (const auto& word : split_list(list)) {
    int number = 0;
    const auto parsed = std::from_chars(word.data(), word.data() + word.size(), number);
    if (parsed.ec != std::errc() || parsed.ptr != word.data() + word.size())
      return fail(ErrorCode::kInvalid, "bad-option", "--steps takes numbers with commas between: 2,1");
    out.push_back(number);
  }
  return out;
}

std::string queued(const Json& job) {
  return done_or_waiting(
      job, field(job, "job_id") + " (" + field(job, "kind") + ") is now " + field(job, "state") + ".");
}

/// The plan's lines, each escaped: the names in it are a hostile server's.
std::string plan_text(const Json& job) {
  const auto plan = job.value(Json::json_pointer("/summary/plan"), Json::object());
  if (plan.empty()) return escaped(field(job, "job_id") + " is " + field(job, "state")) + ".\n";
  const auto text = field(plan, "text");
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find('\n', at), text.size());
    out += escaped(std::string_view(text).substr(at, end - at)) + "\n";
    at = end + 1;
  }
  return out + "All of it: evidence " + escaped(field(job, "document_sha256")) + "\n";
}

}  // namespace

Status undo_response(Session& session, const Arguments& given) {
  Json body{{"reason", given.option("--reason")}};
  if (given.has("--steps")) {
    RESCUE_ASSIGN(body["steps"], numbers(given.option("--steps")));
  }
  if (given.has("--queue")) body["queue"] = true;
  if (given.has("--take-over")) body["take_over"] = true;
  RESCUE_TRY(add_access(body, given));
  RESCUE_ASSIGN(const auto job, session.api.post(incident_path(given, "undos"), body));
  return session.show(job, queued);
}

Status plan_response(Session& session, const Arguments& given) {
  Json body{{"reason", given.option("--reason")}};
  RESCUE_TRY(add_access(body, given));
  RESCUE_ASSIGN(const auto job, session.api.post(incident_path(given, "response-plans"), body));
  return session.show(job, queued);
}

Status show_plan(Session& session, const Arguments& given) {
  RESCUE_ASSIGN(const auto jobs,
                session.api.get_all("/v1/jobs", {{"kind", kPlanKind}, {"incident_id", given.words.at(0)}}));
  if (jobs["items"].empty())
    return fail(ErrorCode::kNotFound, "job-not-found", "no plan was asked for: rescuectl plan");
  return session.show(jobs["items"].back(), plan_text);
}

}  // namespace rescue::ctl
