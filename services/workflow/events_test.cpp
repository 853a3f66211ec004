#include "workflow_testing.hpp"

namespace rescue::workflow {
namespace {

/// What GET /v1/incidents/{id}/events answers, taken apart.
class Events : public WorkflowTest {
 protected:
  struct Event {
    std::string name, id;
    Json data;
  };
  struct Stream {
    int retry_ms = 0;
    std::vector<Event> events;
    std::string last_id;
    const Json& last(const std::string& name) const {
      static const Json none;
      const auto at =
          std::find_if(events.rbegin(), events.rend(), [&](const Event& e) { return e.name == name; });
      return at == events.rend() ? none : at->data;
    }
  };

  Result<http::Response> call(const std::string& id, const std::string& role, const std::string& seen,
                              const std::string& customer = "C-1001") {
    http::Request request;
    request.params["id"] = id;
    request.caller = http::Caller{"k1", role, "n"};
    if (!seen.empty()) request.headers["last-event-id"] = seen;
    if (role == "web_form") request.query["on_behalf_of"] = customer;
    for (const auto& route : routes(app_->casework())) {
      if (route.pattern == "/v1/incidents/{id}/events") return route.handler(request);
    }
    return fail(ErrorCode::kNotFound, "not-found", "no such route");
  }
  Stream since(const std::string& id, const std::string& seen = "", const std::string& role = "operator") {
    const auto answer = call(id, role, seen);
    EXPECT_TRUE(answer) << answer.error().detail;
    EXPECT_EQ(answer->content_type, "text/event-stream");
    Stream out{.retry_ms = 0, .events = {}, .last_id = seen};
    Event event;
    std::istringstream lines(answer->body);
    for (std::string line; std::getline(lines, line);) {
      if (line.starts_with("retry: ")) out.retry_ms = std::stoi(line.substr(7));
      if (line.starts_with("id: ")) out.last_id = event.id = line.substr(4);
      if (line.starts_with("event: ")) event.name = line.substr(7);
      if (line.starts_with("data: ")) event.data = parse_json(line.substr(6)).value();
      if (!line.empty() || event.name.empty()) continue;
      out.events.push_back(event);
      event = {};
    }
    return out;
  }
  static std::string steps(const Stream& stream) {
    std::string out;
    for (const auto& event : stream.events) {
      if (event.name == "state") out += event.data.at("to").get<std::string>() + " ";
    }
    return out;
  }
  void look(const std::string& id) {
    const auto job = job_of(id, "precheck");
    ASSERT_TRUE(job_says(messages::kJobStarted, id, job, 1));
    ASSERT_TRUE(
        job_says(messages::kJobHeartbeat, id, job, 1,
                 {{"progress",
                   {{"phase", "probe-running"},
                    {"done", 30},
                    {"total", 40},
                    {"unit", "bytes"},
                    {"rate_per_s", 5},
                    {"left_s", 2},
                    {"findings", {{"critical", 1}, {"high", 0}, {"medium", 0}, {"low", 0}, {"info", 4}}}}}}));
  }
};

TEST_F(Events, ComeOnceEachWhereTheCallerSaysWhatItHasSeen) {
  const auto id = report();
  const auto first = since(id);
  EXPECT_EQ(steps(first), "reported precheck ");
  EXPECT_EQ(since(id, first.last_id).events.size(), 1U) << "only how it stands now";
  ASSERT_TRUE(decide_as_operator(id, {{"decision", "confirm"}, {"confirmation", {"intrusion"}}}));
  const auto then = since(id, first.last_id);
  EXPECT_EQ(steps(then), "confirmed awaiting_choice ");
  EXPECT_EQ(then.last("progress").at("waiting_for_customer"), "choice");
  EXPECT_EQ(steps(since(id)), "reported precheck confirmed awaiting_choice ");
}

TEST_F(Events, TellHowFarARunningJobIsAndComeAgainSoon) {
  const auto id = report();
  look(id);
  const auto now = since(id);
  EXPECT_EQ(now.retry_ms, 2'000);
  const auto job = now.last("progress").at("jobs").at(0);
  EXPECT_EQ(job.at("state"), "leased");
  EXPECT_EQ(job.at("progress").at("percent"), 75);
  EXPECT_EQ(job.at("progress").at("left_s"), 2);
  EXPECT_EQ(job.at("progress").at("findings").at("critical"), 1);
  ASSERT_TRUE(job_says(messages::kJobFinished, id, job_of(id, "precheck"), 1, success()));
  const auto after = since(id, now.last_id);
  EXPECT_EQ(after.retry_ms, 10'000);
  EXPECT_TRUE(after.last("progress").at("jobs").empty());
  EXPECT_EQ(after.events.at(0).data.at("action"), "job.succeeded");
}

TEST_F(Events, ShowACustomerTheStepsAndNothingOfTheInside) {
  const auto id = report();
  look(id);
  const auto seen = since(id, "", "web_form");
  EXPECT_EQ(steps(seen), "reported precheck ");
  EXPECT_EQ(seen.last_id, "2") << "counted for itself";
  EXPECT_TRUE(seen.last("history").is_null());
  const auto progress = seen.last("progress").at("jobs").at(0).at("progress");
  EXPECT_EQ(progress.at("percent"), 75);
  EXPECT_FALSE(progress.contains("findings"));
  EXPECT_FALSE(seen.last("progress").at("jobs").at(0).contains("worker"));
  ASSERT_TRUE(decide_as_operator(id, {{"decision", "unconfirm"}}));
  EXPECT_EQ(steps(since(id, seen.last_id, "web_form")), "unconfirmed ");
  EXPECT_EQ(call(id, "web_form", "", "C-2").error().problem, "not-your-server");
}

TEST_F(Events, OfALongHistoryComeInPieces) {
  const auto id = report();
  ASSERT_TRUE(write([&](store::Tx& tx) -> Status {
    for (int i = 0; i < 150; ++i) {
      RESCUE_TRY(app_->casework().incidents.trail(tx, load(id), "note", {"operator:k3", std::to_string(i)}));
    }
    return {};
  }));
  std::size_t lines = 0;
  Stream stream;
  do {
    stream = since(id, stream.last_id);
    lines += stream.events.size() - 1;
  } while (stream.retry_ms == 100);
  EXPECT_EQ(lines, static_cast<std::size_t>(
                       query("SELECT COUNT(*) FROM audit WHERE incident_id = ?", {id}).at(0).integer(0)));
}

TEST_F(Events, AreToldAgainToWhoHasSeenMoreThanThereAre) {
  const auto id = report();
  for (const auto* role : {"operator", "web_form"}) {
    const auto seen = since(id, "", role);
    const auto restored = since(id, "987654", role);
    EXPECT_EQ(steps(restored), steps(seen)) << "a backup was put back";
    EXPECT_EQ(restored.last_id, seen.last_id);
    EXPECT_EQ(steps(since(id, restored.last_id, role)), "");
  }
}

TEST_F(Events, ShowTheJobThatRunsHoweverManyWereThereBefore) {
  const auto id = report();
  ASSERT_TRUE(write([&](store::Tx& tx) -> Status {
    for (int i = 0; i < 250; ++i) {
      RESCUE_TRY(
          tx.execute("INSERT INTO jobs (job_id, incident_id, kind, queue, priority, state, attempt, "
                     "not_before_us, traceparent, created_us) VALUES (?,?,'precheck','precheck',0,"
                     "'succeeded',1,0,'',0)",
                     {"job_0" + std::to_string(i), id}));
    }
    return {};
  }));
  EXPECT_EQ(since(id).last("progress").at("jobs").size(), 1U);
}

TEST_F(Events, OfAMergedIncidentLeadToTheOtherOne) {
  const auto id = report();
  const auto merged = report();
  EXPECT_EQ(since(merged).last("merged").at("merged_into"), id);
}

TEST_F(Events, AnIdThatWasNeverSentIsNamed) {
  const auto id = report();
  for (const auto* odd : {"x", "-1", "1x", "99999999999999999999"}) {
    EXPECT_EQ(call(id, "operator", odd).error().problem, "bad-cursor") << odd;
  }
  EXPECT_EQ(call("inc_none", "operator", "").error().problem, "incident-not-found");
}

}  // namespace
}  // namespace rescue::workflow
