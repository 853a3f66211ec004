#pragma once

#include "parts.hpp"

namespace rescue::intake {

/// report.closed: an operator has read the mail, and nothing follows.
Status on_report_closed(Parts& parts, store::Tx& tx, const Message& message);

}  // namespace rescue::intake
