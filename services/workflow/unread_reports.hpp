#pragma once

#include "casework.hpp"

namespace rescue::workflow {

/// The kind of task about a mail that a person has to read. It is no incident's; its details have the
/// incident's id that is kept for it.
inline constexpr std::string_view kReadReportTask = "read_report";

/// report.unread: the mail goes onto the work list.
Status on_unread_report(Casework& casework, store::Tx& tx, const Message& message);
/// An operator has made a report of it (report.received with of_report): the task is done, and who sent the
/// mail is told as who sends a report is. `incident`: what the report is part of now.
Status take_unread_report(Casework& casework, store::Tx& tx, const Message& message,
                          const Incident& incident);
/// An operator has read it and nothing follows: intake is told, so that its sender can ask.
Status close_unread_report(Casework& casework, store::Tx& tx, const Task& task, const Cause& cause,
                           const Trace& trace);

}  // namespace rescue::workflow
