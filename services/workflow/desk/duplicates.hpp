#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "casework.hpp"

namespace rescue::workflow {

// What a person says of a likely duplicate, and what is proposed to them.
inline constexpr std::string_view kSameIncident = "same_incident";
inline constexpr std::string_view kNewIncident = "new_incident";
inline constexpr std::string_view kUnclear = "unclear";

/// An incident that a new one may be a duplicate of.
struct Likeness {
  std::string incident_id;
  std::string_view proposal;  ///< kSameIncident or kUnclear
  std::string why;
};

/// What `fresh`, which joined no open incident, may be a duplicate of: work on the same server and category
/// that was done lately, when what was seen predates its end or nobody said when it was seen; or an open
/// incident that is older than the window.
Result<std::optional<Likeness>> find_likeness(Casework& casework, store::Tx& tx, const Incident& fresh,
                                              std::optional<std::int64_t> seen_at_us);

/// Puts the question, with both ids, on the work list.
Status propose_duplicate(Casework& casework, store::Tx& tx, const Incident& fresh, const Likeness& like,
                         const std::string& report_id);

/// The end of a task judge_duplicate: merged and never charged (R42), or an incident of its own.
Status decide_duplicate(Casework& casework, store::Tx& tx, const Task& task, const Cause& cause,
                        const Trace& trace);

}  // namespace rescue::workflow
