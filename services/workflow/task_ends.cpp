#include "task_ends.hpp"

#include <algorithm>
#include <array>

#include "desk/duplicates.hpp"
#include "desk/second_person.hpp"
#include "unread_reports.hpp"

namespace rescue::workflow {
namespace {

/// A kind of task that asks something.
struct Question {
  std::string_view kind;
  std::array<std::string_view, 2> answers;
  Status (*act)(Casework&, store::Tx&, const Task&, const Cause&, const Trace&);
};

constexpr std::array<Question, 3> kQuestions{{
    {"judge_duplicate", {kSameIncident, kNewIncident}, decide_duplicate},
    {"second_person", {"granted", "rejected"}, decide_second_person},
    {kReadReportTask, {"no_complaint", "handled"}, close_unread_report},
}};

}  // namespace

Result<Task> finish_task(Casework& casework, store::Tx& tx, const std::string& id, const std::string& outcome,
                         const Cause& cause, const Trace& trace) {
  RESCUE_ASSIGN(const auto task, casework.tasks.load(tx, id));
  const auto question = std::find_if(kQuestions.begin(), kQuestions.end(),
                                     [&](const Question& one) { return one.kind == task.kind; });
  if (question == kQuestions.end())
    return casework.tasks.complete(tx, id, outcome, cause.reason, cause.actor);
  const auto& answers = question->answers;
  if (std::find(answers.begin(), answers.end(), outcome) == answers.end()) {
    return fail(ErrorCode::kInvalid, "not-allowed-value",
                "this task asks a question; its outcome is " + std::string(answers[0]) + " or " +
                    std::string(answers[1]),
                "/outcome");
  }
  RESCUE_ASSIGN(const auto done, casework.tasks.complete(tx, id, outcome, cause.reason, cause.actor));
  RESCUE_TRY(question->act(casework, tx, done, cause, trace));
  return done;
}

}  // namespace rescue::workflow
