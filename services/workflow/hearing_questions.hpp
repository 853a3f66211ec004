#pragma once

#include "incidents.hpp"

namespace rescue::workflow {

/// What is known before the customer is asked: {"first_seen": [{"from": "report", "text":
/// "2026-09-13T01:00:00Z"}], "os", "addresses", "accounts"} out of the reports and the precheck, each a list.
Result<Json> known_facts(store::Tx& tx, const Incident& incident);

/// The questions of the data file that go with what was confirmed and ordered, in its order, each {id, ja,
/// en, round, known: what is known already}.
Json questions_for(const Json& data, const Incident& incident, const std::string& work_item,
                   const Json& facts);

}  // namespace rescue::workflow
