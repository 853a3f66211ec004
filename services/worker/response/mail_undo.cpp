#include "mail_undo.hpp"

#include <algorithm>
#include <map>

#include "answers.hpp"

namespace rescue::worker {
namespace {

constexpr std::size_t kMostJobs = 100, kMostSteps = 1'000;
constexpr std::int64_t kMostNumber = 100'000;

/// One undo while it goes on.
class Undo {
 public:
  Undo(const JobContext& context, GuardedServer& server, const UndoWish& wish)
      : context_(context), server_(server), wish_(wish) {}

  Result<Json> run() {
    out_["steps"] = Json::array();
    RESCUE_ASSIGN(out_["before"], server_.ask("survey"));
    // Finishes what an earlier attempt was cut off at. What cannot be finished is that step's, as it is told
    // below.
    const auto settled = server_.change("settle", Json::object());
    if (!settled && ends_attempt(settled.error())) return fail(settled.error());
    RESCUE_TRY(read_book());
    const auto steps = steps_to_undo();
    for (const auto number : steps) {
      context_.report_progress({.phase = "undoing",
                                .done = static_cast<std::int64_t>(out_["steps"].size()),
                                .total = static_cast<std::int64_t>(steps.size()),
                                .unit = "steps"});
      RESCUE_ASSIGN(auto told, undo_step(number));
      out_["steps"].push_back(std::move(told));
    }
    // When the settings are back: what is released goes the way that it would have gone.
    if (wish_.queue) {
      RESCUE_ASSIGN(out_["queue"], bring_mail_back());
    }
    RESCUE_ASSIGN(out_["after"], server_.ask("survey"));
    out_["outcome"] = outcome();
    return std::move(out_);
  }

 private:
  Status read_book() {
    RESCUE_ASSIGN(const auto status, server_.ask("status"));
    for (const auto& record : list_in(status, "steps")) {
      if (record.is_object()) book_.insert_or_assign(number_in(record, "number"), record);
    }
    return {};
  }

  std::vector<std::int64_t> steps_to_undo() const {
    if (!wish_.steps.empty()) return wish_.steps;
    std::vector<std::int64_t> all;
    for (const auto& [number, record] : book_)
      if (wish_.jobs.contains(text_in(record, "job"))) all.insert(all.begin(), number);
    return all;
  }

  Result<Json> undo_step(std::int64_t number) {
    Json told{{"number", number}};
    const auto found = book_.find(number);
    if (found == book_.end() || !wish_.jobs.contains(text_in(found->second, "job"))) {
      told["state"] = "refused";
      told["failure"] = {{"problem", "no-such-step"},
                         {"detail", found == book_.end() ? "the server has no record of this step"
                                                         : "under this number is another's step"}};
      return told;
    }
    const Json& record = found->second;
    told["id"] = text_in(record, "step");
    told["title"] = text_in(record, "title");
    RESCUE_ASSIGN(told["before_sha256"], keep_record(number));
    const auto undone =
        server_.change("undo", {{"number", number}, {"record_sha256", text_in(record, "record_sha256")}});
    if (!undone && ends_attempt(undone.error())) return fail(undone.error());
    if (!undone) {
      told["state"] = "refused";
      told["failure"] = failure_json(undone.error());
      return told;
    }
    told["state"] = text_in(*undone, "state") == "already" ? "already" : "undone";
    told["told"] = list_in(object_in(*undone, "record"), "told");
    RESCUE_ASSIGN(told["after_sha256"], keep_record(number));
    return told;
  }

  /// All of it, with the files before and after, those with secrets by their hashes.
  Result<std::string> keep_record(std::int64_t number) {
    RESCUE_ASSIGN(const auto whole, server_.ask("record", {{"number", number}}));
    return context_.evidence.put(dump_json(whole));
  }

  Result<Json> bring_mail_back() {
    Json told = Json::object();
    for (const auto* op : {"queue-restore", "queue-release"}) {
      context_.report_progress({.phase = "bringing-mail-back", .unit = "messages"});
      auto back = server_.change(op, {{"jobs", wish_.jobs}});
      if (!back && ends_attempt(back.error())) return fail(back.error());
      if (!back) {
        told["failure"] = failure_json(back.error());
        break;
      }
      told[op == std::string_view("queue-restore") ? "restored" : "released"] = *std::move(back);
    }
    return told;
  }

  std::string_view outcome() const {
    const auto& steps = out_.at("steps");
    const auto refused = std::count_if(steps.begin(), steps.end(),
                                       [](const Json& step) { return step.at("state") == "refused"; });
    if (refused == 0 && !mail_is_left()) return "full";
    const auto queue = object_in(out_, "queue");
    const bool something = static_cast<std::size_t>(refused) < steps.size() || queue.contains("restored");
    return something ? "partial" : "failed";
  }

  bool mail_is_left() const {
    const auto queue = object_in(out_, "queue");
    const auto restored = object_in(queue, "restored"), released = object_in(queue, "released");
    return queue.contains("failure") || number_in(restored, "not_kept") > 0 ||
           number_in(released, "left") > 0 || !list_in(restored, "faults").empty() ||
           !list_in(released, "faults").empty();
  }

  const JobContext& context_;
  GuardedServer& server_;
  const UndoWish& wish_;
  std::map<std::int64_t, Json> book_;
  Json out_ = Json::object();
};

}  // namespace

Result<UndoWish> read_undo_wish(const Json& instructions) {
  const Json none = Json::object();
  JsonReader in(instructions.is_object() ? instructions : none, "/instructions");
  UndoWish wish;
  const auto jobs = in.texts("jobs", kMostJobs, {.max_bytes = 100});
  wish.jobs = {jobs.begin(), jobs.end()};
  const Json* steps = in.raw("steps");
  const bool listed = steps != nullptr && steps->is_array() && steps->size() <= kMostSteps &&
                      std::all_of(steps->begin(), steps->end(), [](const Json& one) {
                        return one.is_number_integer() && one >= 1 && one <= kMostNumber;
                      });
  if (listed) {
    wish.steps = steps->get<std::vector<std::int64_t>>();
  } else {
    in.fault("steps", "wrong-type", "must be a list of the steps' numbers");
  }
  wish.queue = in.boolean("queue", false);
  RESCUE_TRY(in.done());
  return wish;
}

Result<Json> undo_mail_response(const JobContext& context, GuardedServer& server, const UndoWish& wish) {
  return Undo(context, server, wish).run();
}

Json undo_summary(const Json& undo) {
  Json out{{"outcome", undo.at("outcome")},
           {"undone", Json::array()},
           {"already", Json::array()},
           {"refused", Json::array()},
           {"queue", nullptr}};
  for (const auto& step : undo.at("steps"))
    out[step.at("state").get_ref<const std::string&>()].push_back(step.at("number"));
  if (!undo.contains("queue")) return out;
  const auto restored = object_in(undo["queue"], "restored"), released = object_in(undo["queue"], "released");
  out["queue"] = {{"restored", number_in(restored, "restored")},
                  {"not_kept", number_in(restored, "not_kept")},
                  {"released", number_in(released, "released")}};
  return out;
}

}  // namespace rescue::worker
