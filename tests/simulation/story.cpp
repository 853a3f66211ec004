#include "story.hpp"

#include "rescue/base/id.hpp"

namespace rescue::simulation {
namespace {

/// Nothing takes so long.
constexpr int kLooksMax = 2'000;
/// The one of libs/seal/data/sealing.example.json.
constexpr const char* kSealingKey = "seal-aaa8fff703b50b22";

std::string text(const Json& json, const char* key) {
  const auto it = json.find(key);
  return it != json.end() && it->is_string() ? it->get<std::string>() : std::string();
}

/// The id of one; "": there is none.
std::string open_task(const Json& view, const std::string& kind) {
  for (const auto& task : view.value("tasks", Json::array())) {
    if (text(task, "kind") == kind && text(task, "state") == "open") return text(task, "task_id");
  }
  return "";
}

bool has_open_task(const Json& view, const std::string& kind) {
  return !open_task(view, kind).empty();
}

bool has_order(const Json& view, const std::string& state) {
  for (const auto& order : view.value("orders", Json::array())) {
    if (text(order, "state") == state) return true;
  }
  return false;
}

}  // namespace

Story::Story(Stage& stage, std::vector<std::string> consents, int server)
    : stage_(stage),
      consents_(std::move(consents)),
      server_(House::server(server)),
      customer_(House::customer(server)) {}

std::string Story::key() {
  return "key-" + std::to_string(stage_.chance.next());
}

/// Where reports were merged, people go on using the id that they were told.
std::string Story::addressed() const {
  return stage_.chance.happens(0.5) ? report_ : incident_;
}

void Story::ask(Which which, Call call, const Then& then) {
  if (call.method == http::Method::kPost) call.key = key();
  ask_again(which, call, then);
}

void Story::ask_again(Which which, const Call& call, const Then& then) {
  const auto answer = stage_.house.call(which, call);
  stage_.trail.add(call.path);
  stage_.trail.add(answer ? answer->status : 0);
  if (!answer || answer->status == 503) {
    return stage_.later(0.5, 15, [this, which, call, then] { ask_again(which, call, then); });
  }
  if (answer->status >= 500) throw Broken("a service answers: " + call.path + " " + dump_json(answer->body));
  if (!call.key.empty() && often(0.02)) (void)stage_.house.call(which, call);  // an impatient client
  then(*answer);
}

void Story::begin() {
  const bool by_customer = often(0.4);
  Json body{{"source", by_customer ? "customer" : "third_party"},
            {"category", often(0.7)   ? "intrusion"
                         : often(0.5) ? "mail_abuse"
                                      : "unknown"},
            {"server", {{"id", server_}}},
            {"summary", "something is wrong"}};
  // Before the end of earlier work, mostly: R42 wants a person's word on it then.
  if (often(0.4)) {
    const std::chrono::seconds ago(stage_.chance.between(100, 400));
    body["seen_at"] = format_rfc3339(stage_.time.now() - ago);
  }
  if (by_customer) body["on_behalf_of"] = {{"customer", customer_}, {"person", "the administrator"}};
  ask(kIntake, {http::Method::kPost, "/v1/reports", std::move(body), by_customer ? "web_form" : "reporter"},
      [this](const Answer& answer) {
        if (answer.status != 202) throw Broken("a report is taken: " + dump_json(answer.body));
        report_ = incident_ = text(answer.body, "incident_id");
        look_later();
      });
}

void Story::look_later(double seconds_max) {
  stage_.later(std::min(4.0, seconds_max / 2), seconds_max, [this] { look(); });
}

void Story::look() {
  if (++looks_ > kLooksMax) throw Broken("every incident goes on: " + where());
  ask(kWorkflow, {.path = "/v1/incidents/" + incident_, .role = "operator"}, [this](const Answer& answer) {
    if (answer.status == 404) return look_later(15);  // its report is on its way
    if (answer.status != 200) throw Broken("an incident is shown: " + dump_json(answer.body));
    if (const auto target = text(answer.body, "merged_into"); !target.empty()) {
      incident_ = target;
      return look_later();
    }
    act(answer.body);
  });
}

void Story::act(const Json& view) {
  state_ = text(view, "state");
  if (!stage_.calm && often(0.03)) return meddle(view);
  const auto duplicate = open_task(view, "judge_duplicate");
  if (!duplicate.empty() && often(state_ == "reported" ? 0.7 : 0.1)) return judge_duplicate(duplicate);
  if (state_ == "precheck") return in_precheck(view);
  if (state_ == "unconfirmed") return when_unconfirmed();
  if (state_ == "awaiting_choice") return at_choice(view);
  if (state_ == "self_remediation") return often(0.4) ? choose(view, "service") : decide("close");
  if (state_ == "scheduled" || state_ == "working") return at_work(view);
  if (state_ == "reporting") return at_report(view);
  if (state_ == "closed") return when_closed(view);
  if (state_ == "completed" || state_ == "cancelled") return at_end(view);
  look_later();
}

void Story::in_precheck(const Json& view) {
  if (often(0.02)) return decide("cancel");
  if (has_open_task(view, "job_dead") && often(0.7)) return mend_jobs(view);
  const bool judged = has_open_task(view, "judge_precheck");
  if (!judged && !often(0.02)) return look_later(20);
  if (often(0.15)) return decide("unconfirm");
  const Json found = often(0.6)   ? Json{"intrusion"}
                     : often(0.5) ? Json{"mail_abuse"}
                                  : Json{"intrusion", "mail_abuse"};
  decide("confirm", {{"confirmation", found}});
}

void Story::when_unconfirmed() {
  decide(often(0.5) ? "recheck" : "close");
}

void Story::at_choice(const Json& view) {
  if (has_order(view, "pending")) return look_later(15);
  const bool chosen = view.at("choice").is_object() && text(view.at("choice"), "choice") == "service";
  if (often(chosen ? 0.03 : 0.1))
    return often(0.5) ? decide("close") : request("cancellation", {{"reason", "no more"}});
  if (chosen || often(0.08)) return order(view);
  choose(view, often(0.85) ? "service" : "self_remediation");
}

void Story::choose(const Json& view, const std::string& choice) {
  const auto shown = often(0.05) ? std::string(64, 'a') : text(view.at("situation"), "sha256");
  request("choice", {{"choice", choice}, {"situation_sha256", shown}});
}

void Story::order(const Json& view) {
  if (quote_.is_object() && !often(0.1)) return order_by(quote_);
  Json wish{{"incident_id", often(0.7) ? text(view, "incident_id") : report_},
            {"server_id", server_},
            {"work_item", "investigation"},
            {"on_behalf_of", {{"customer", customer_}, {"person", "the administrator"}}}};
  ask(kPricing, {http::Method::kPost, "/v1/quotes", std::move(wish), "web_form"},
      [this](const Answer& answer) {
        if (answer.status == 201) {
          stage_.watch.shown(answer.body);
          old_quote_ = quote_;
          quote_ = answer.body;
        }
        look_later(30);
      });
}

void Story::order_by(const Json& quote) {
  Json consents = consents_;
  if (often(0.06)) consents.erase(stage_.chance.below(consents.size()));
  Json named{{"id", text(quote, "quote_id")}, {"sha256", text(quote, "sha256")}};
  if (often(0.05)) named["sha256"] = std::string(64, 'b');
  if (often(0.03) && old_quote_.is_object()) named["sha256"] = text(old_quote_, "sha256");
  const bool spent = often(0.5);  // else it is tried again
  Json body{{"server_id", often(0.02) ? House::server(0) : server_},
            {"work_item", often(0.03) ? "investigation_recovery" : "investigation"},
            {"consents", std::move(consents)},
            {"quote", std::move(named)}};
  if (often(0.5)) body["access"] = {{"key_id", kSealingKey}, {"sealed", std::string(72, '/')}};
  request("order", std::move(body));
  if (spent) quote_ = nullptr;
}

void Story::at_work(const Json& view) {
  if (often(0.02))
    return often(0.5) ? decide("cancel") : request("cancellation", {{"reason", "it takes too long"}});
  if (has_open_task(view, "job_dead")) return mend_jobs(view);
  const auto& hearing = view.at("hearing");
  if (hearing.is_object() && text(hearing, "state") == "open" && often(0.25)) {
    Json answers = Json::object();
    for (const auto& question : hearing.at("questions")) {
      if (often(0.7)) answers[text(question, "id")] = "nothing that we know of";
    }
    if (!answers.empty()) return request("hearing-answers", {{"answers", std::move(answers)}});
  }
  look_later(90);
}

/// Where the two cannot be one any more the answer is refused, and given another way the next time.
void Story::judge_duplicate(const std::string& task) {
  ask(kWorkflow,
      {http::Method::kPost,
       "/v1/tasks/" + task + "/completions",
       {{"outcome", often(0.6) ? "same_incident" : "new_incident"}, {"note", "as it looks"}},
       "operator"},
      [this](const Answer&) { look_later(); });
}

void Story::mend_jobs(const Json& view) {
  for (const auto& job : view.at("jobs")) {
    if (text(job, "state") != "dead") continue;
    return ask(kWorkflow,
               {http::Method::kPost,
                "/v1/jobs/" + text(job, "job_id") + "/requeues",
                {{"reason", "mended"}},
                "operator"},
               [this](const Answer&) { look_later(); });
  }
  look_later();
}

void Story::at_report(const Json& view) {
  if (has_open_task(view, "report_failed")) return decide("rework");
  if (!view.at("report").is_object()) return look_later(20);
  if (often(0.04)) return decide("rework");
  if (often(0.05)) return decide("deliver");
  const auto sha256 = often(0.05) ? std::string(64, 'c') : text(view.at("report"), "sha256");
  request("report-receipt", {{"report_sha256", sha256}, {"channel", "web"}});
}

void Story::when_closed(const Json& view) {
  const bool may_choose = view.at("situation").is_object();
  if (may_choose && !meddled_ && often(0.15)) {
    meddled_ = true;
    return choose(view, "service");
  }
  over_ = true;
}

/// Over when all is paid; and some cannot leave it.
void Story::at_end(const Json& view) {
  if (has_order(view, "accepted") && !view.at("charge").is_object()) {
    if (++paid_looks_ > 200) throw Broken("R41: the fee is charged in the end: " + where());
    return look_later(20);
  }
  if (!meddled_ && often(0.2)) {
    meddled_ = true;
    return meddle(view);
  }
  over_ = true;
}

void Story::meddle(const Json& view) {
  switch (stage_.chance.below(7)) {
    case 0:
      return decide(stage_.chance.one_of<std::string>(
                        {"confirm", "unconfirm", "recheck", "rework", "deliver", "close", "cancel"}),
                    often(0.3) ? Json{{"confirmation", {"intrusion"}}} : Json::object());
    case 1:
      return request("cancellation", {{"reason", "in spite of it all"}});
    case 2:
      return request("choice", {{"choice", "service"}, {"situation_sha256", std::string(64, 'd')}});
    case 3:
      return request("hearing-answers", {{"answers", {{"own-changes", "none"}}}});
    case 4:
      return request("report-receipt",
                     {{"report_sha256", view.at("report").is_object() ? text(view.at("report"), "sha256")
                                                                      : std::string(64, 'e')},
                      {"channel", "mail"}});
    case 5:
      return order(view);
    default: {
      const std::string path = "/v1/incidents/" + incident_;
      return ask(kWorkflow, {http::Method::kPost, path + "/job-pauses", {{"reason", "hold on"}}, "operator"},
                 [this, path](const Answer&) {
                   stage_.later(5, 60, [this, path] {
                     ask(kWorkflow,
                         {http::Method::kPost, path + "/job-resumptions", {{"reason", "go on"}}, "operator"},
                         [this](const Answer&) { look_later(); });
                   });
                 });
    }
  }
}

void Story::decide(const std::string& decision, Json more) {
  more["decision"] = decision;
  more["reason"] = "as it is";
  ask(kWorkflow,
      {http::Method::kPost, "/v1/incidents/" + addressed() + "/decisions", std::move(more), "operator"},
      [this](const Answer&) { look_later(); });
}

void Story::request(const std::string& kind, Json body) {
  const auto customer = often(0.01) ? std::string("C-1") : customer_;
  body["on_behalf_of"] = {{"customer", customer}, {"person", "the administrator"}};
  const std::string segment = kind == "hearing-answers" ? kind : kind + "s";
  ask(kIntake,
      {http::Method::kPost, "/v1/incidents/" + addressed() + "/" + segment, std::move(body), "web_form"},
      [this](const Answer& answer) {
        const auto request = text(answer.body, "request_id");
        if (request.empty() || often(0.8)) return look_later(15);
        stage_.later(0.5, 5, [this, request] {
          ask(kIntake, {.path = "/v1/requests/" + request, .role = "operator"},
              [this](const Answer&) { look_later(); });
        });
      });
}

}  // namespace rescue::simulation
