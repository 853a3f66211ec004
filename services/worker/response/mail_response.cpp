#include "mail_response.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <span>

#include "answers.hpp"
#include "queue_response.hpp"

namespace rescue::worker {
namespace {

constexpr int kMostRounds = 60;
constexpr std::size_t kMostActions = 100, kSaidBytesMax = 500;
constexpr std::size_t kMostEarlierSteps = 1'000;  // more the responder's book does not hold

/// What followed a step and failed, each by how it went the last time. As the server says.
std::vector<Json> failed_actions(const Json& step) {
  std::map<std::string, Json> last;
  std::size_t looked_at = 0;
  for (const auto& action : list_in(step, "told")) {
    if (!action.is_object() || ++looked_at > kMostActions) continue;
    const auto undo = action.find("undo"), ok = action.find("ok");
    if (undo != action.end() && *undo == true) continue;
    const bool failed = ok != action.end() && *ok == false;
    last[text_in(action, "why")] = failed ? action : Json();
  }
  std::vector<Json> failed;
  for (auto& [why, action] : last) {
    if (!action.is_null()) failed.push_back(std::move(action));
  }
  return failed;
}

/// The mail server greeted before, and not afterwards.
bool answers_no_more(const Json& response) {
  const auto yes = [&](const char* part) {
    const auto at = response.find(part);
    return at != response.end() && at->is_object() && at->find("answers") != at->end() &&
           *at->find("answers") == true;
  };
  return yes("before") && !yes("verified");
}

/// One response while it goes on.
class Response {
 public:
  Response(const JobContext& context, GuardedServer& server, const Json& ways)
      : context_(context), server_(server), ways_(ways) {}

  Result<Json> run() {
    out_["ways"] = ways_;
    out_["steps"] = Json::array();
    out_["stays"] = Json::array();
    report();
    RESCUE_ASSIGN(out_["before"], server_.ask("survey"));
    // Finishes what an earlier attempt was cut off at.
    RESCUE_TRY(settle());
    // While the way in is being shut nothing more of it leaves.
    QueueResponse queue(context_, server_);
    RESCUE_TRY(queue.hold(ways_));
    for (int round = 0; round < kMostRounds; ++round) {
      RESCUE_ASSIGN(const auto plan, server_.ask("plan", {{"ways", ways_}}));
      if (round == 0) out_["plan"] = text_in(plan, "text");
      out_["already"] = list_in(plan, "already");
      out_["manual"] = list_in(plan, "manual");
      RESCUE_ASSIGN(const bool more, do_first(plan));
      if (!more) break;
    }
    RESCUE_ASSIGN(out_["queue"], queue.purge());
    queue.tell_in(out_);
    RESCUE_ASSIGN(out_["verified"], server_.ask("verify", {{"ways", ways_}}));
    RESCUE_ASSIGN(out_["after"], server_.ask("survey"));
    RESCUE_TRY(add_earlier_steps());
    tell_what_stays();
    tell_what_failed();
    out_["numbers"] = numbers_;
    out_["outcome"] = response_outcome(out_);
    return std::move(out_);
  }

 private:
  void report() const {
    context_.report_progress(
        {.phase = "responding", .done = static_cast<std::int64_t>(out_.at("steps").size()), .unit = "steps"});
  }

  /// One that cannot be brought to its end, as its file cannot be written, is told; the rest goes on.
  Status settle() {
    const auto settled = server_.change("settle", Json::object());
    if (settled || ends_attempt(settled.error())) return settled ? Status() : fail(settled.error());
    unsettled_ = settled.error().detail;
    return {};
  }

  void by_hand(const std::string& title, const std::string& why) {
    out_["manual"].push_back({{"title", title}, {"why", why}});
  }

  /// What else a person has to look at, now that all was tried.
  void tell_what_failed() {
    if (!unsettled_.empty())
      by_hand("Look at a step that was begun earlier and could not be ended", unsettled_);
    for (const auto& step : out_["steps"]) {
      for (const auto& action : failed_actions(step))
        by_hand("Look at what had to follow a step: " + text_in(step, "title"),
                text_in(action, "why") + ": it failed. " + text_in(action, "said").substr(0, kSaidBytesMax));
    }
    if (answers_no_more(out_))
      by_hand("Look at the mail server", "it greeted before the response, and does not any more");
  }

  /// The first step that was not tried yet; false where there is none.
  Result<bool> do_first(const Json& plan) {
    for (const auto& step : list_in(plan, "steps")) {
      const auto id = text_in(step, "id"), sha256 = text_in(step, "sha256");
      if (id.empty() || !tried_.insert(id + " " + sha256).second) continue;
      report();
      const auto applied =
          server_.change("apply", {{"step", id}, {"step_sha256", sha256}, {"job", context_.attempt.job_id}});
      if (!applied && ends_attempt(applied.error())) return fail(applied.error());
      Json told = step;
      told["state"] = applied ? text_in(*applied, "state") : "refused";
      if (!applied) told["failure"] = failure_json(applied.error());
      if (applied && applied->contains("record")) RESCUE_TRY(keep_record((*applied)["record"], told));
      out_["steps"].push_back(std::move(told));
      return true;
    }
    return false;
  }

  Status keep_record(const Json& record, Json& told) {
    const auto number = record.find("number");
    if (number == record.end() || !number->is_number_integer()) return {};
    told["number"] = *number;
    numbers_.insert(number->get<std::int64_t>());
    told["told"] = list_in(record, "told");
    RESCUE_ASSIGN(const auto whole, server_.ask("record", {{"number", *number}}));
    RESCUE_ASSIGN(told["evidence_sha256"], context_.evidence.put(dump_json(whole)));
    return {};
  }

  /// What this job's earlier attempts did, so that the last one's document has all of it; what another
  /// incident's response did is that one's to tell.
  Status add_earlier_steps() {
    RESCUE_ASSIGN(const auto status, server_.ask("status"));
    std::size_t looked_at = 0;
    for (const auto& record : list_in(status, "steps")) {
      if (++looked_at > kMostEarlierSteps) break;
      const auto number = record.find("number");
      if (number == record.end() || !number->is_number_integer() || text_in(record, "state") != "done" ||
          text_in(record, "job") != context_.attempt.job_id || numbers_.contains(number->get<std::int64_t>()))
        continue;
      Json told{{"id", text_in(record, "step")}, {"title", text_in(record, "title")}, {"state", "earlier"}};
      RESCUE_TRY(keep_record(record, told));
      out_["steps"].push_back(std::move(told));
    }
    return {};
  }

  /// An undo needs the records, and nobody but the server has the files as they were whole.
  void tell_what_stays() {
    if (numbers_.empty() && out_["stays"].empty()) return;
    out_["stays"].push_back({{"what", "records"}, {"place", "/var/lib/rescue-responder"}});
  }

  const JobContext& context_;
  GuardedServer& server_;
  const Json& ways_;
  Json out_ = Json::object();
  std::set<std::string> tried_;
  std::set<std::int64_t> numbers_;
  std::string unsettled_;
};

}  // namespace

Result<Json> respond_to_mail_abuse(const JobContext& context, GuardedServer& server, const Json& ways) {
  return Response(context, server, ways).run();
}

namespace {

/// What is seen of a relay from outside where it answers; the first one: it takes mail from strangers.
constexpr std::array<std::string_view, 2> kAnswers{"confirmed", "not_reproduced"};

/// Whether one of the looks at a relay from outside (`when`: before, after) had one of the answers.
bool relay_was(const Json& response, const std::string& when, std::span<const std::string_view> answers) {
  const Json::json_pointer checks("/outside/" + when + "/checks");
  if (!response.contains(checks) || !response.at(checks).is_array()) return false;
  const auto& list = response.at(checks);
  return std::any_of(list.begin(), list.end(), [&](const Json& one) {
    const auto answer = one.value("answer", "");
    return one.value(Json::json_pointer("/complaint/kind"), "") == "open_relay" &&
           std::find(answers.begin(), answers.end(), answer) != answers.end();
  });
}

/// A stranger from outside was still taken mail from.
bool relays_still(const Json& response) {
  return relay_was(response, "after", std::span(kAnswers).first(1));
}

/// Ways that the responder was not even told, a person's to look at, or none at all.
bool left_ways_out(const Json& response) {
  const auto ways = response.find("ways");
  const auto doubtful = response.find("doubtful");
  if (doubtful != response.end() && !doubtful->empty()) return true;
  return response.value("odd_names", std::size_t{0}) > 0 || ways == response.end() || ways->empty();
}

/// As the server says; what is no answer is no.
bool says_ended(const Json& response) {
  const auto& verified = response.at("verified");
  const auto ended = verified.find("ended");
  return ended != verified.end() && ended->is_boolean() && ended->get<bool>();
}

/// Refused, or not all of the mail that waits could be judged.
bool queue_is_left(const Json& response) {
  const Json::json_pointer unsure("/queue/unsure");
  return response.contains(Json::json_pointer("/queue/failure")) ||
         (response.contains(unsure) && !response.at(unsure).empty());
}

}  // namespace

bool relay_is_out_of_sight(const Json& response) {
  return relay_was(response, "before", kAnswers) && !relay_was(response, "after", kAnswers);
}

std::string_view response_outcome(const Json& response) {
  const auto& steps = response.at("steps");
  const bool refused = std::any_of(steps.begin(), steps.end(),
                                   [](const Json& step) { return step.value("state", "") == "refused"; });
  const bool whole = std::none_of(steps.begin(), steps.end(),
                                  [](const Json& step) { return !failed_actions(step).empty(); });
  const bool done = std::any_of(steps.begin(), steps.end(),
                                [](const Json& step) { return step.value("state", "") != "refused"; });
  const bool ended = says_ended(response) && !answers_no_more(response) && !relays_still(response) &&
                     !relay_is_out_of_sight(response) && !queue_is_left(response) &&
                     !left_ways_out(response) && whole;
  if (ended && !refused && list_in(response, "manual").empty()) return "full";
  return done || ended ? "partial" : "failed";
}

}  // namespace rescue::worker
