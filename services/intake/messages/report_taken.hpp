#pragma once

#include "parts.hpp"

namespace rescue::intake {

/// report.taken: workflow has the report, perhaps as part of an incident that was already open.
Status on_report_taken(Parts& parts, store::Tx& tx, const Message& message);

}  // namespace rescue::intake
