#pragma once

#include <string>

#include "rescue/report/customer_report.hpp"

namespace rescue::report {

/// One self-contained HTML page of the probe's document (api/schemas/investigation.schema.json) for whoever
/// investigates: both verdicts, the way in, what was done, gaps, every remark, timeline, evidence and the
/// walls the disk was read behind. As render_html(): no script, nothing loaded, every text escaped, lists
/// bounded. Errors: kCorrupt ("bad-investigation"). Thread-safe.
Result<std::string> render_investigation(const Json& document, Language language);

}  // namespace rescue::report
