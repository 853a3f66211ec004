#pragma once

#include "casework.hpp"

namespace rescue::workflow {

/// Completes a task as an operator says; where its kind is a question, the outcome is the answer and is
/// acted on: judge_duplicate takes same_incident or new_incident, second_person granted or rejected,
/// read_report no_complaint or handled. kInvalid "not-allowed-value" for another answer; else as
/// Tasks::complete and what follows from it.
Result<Task> finish_task(Casework& casework, store::Tx& tx, const std::string& id, const std::string& outcome,
                         const Cause& cause, const Trace& trace);

}  // namespace rescue::workflow
