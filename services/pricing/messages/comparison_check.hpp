#pragma once

#include "parts.hpp"
#include "rescue/base/message.hpp"

namespace rescue::pricing {

/// comparison.check: whether this is what was shown for the incident, and still held when the choice was
/// made. The answer carries the document, for workflow to keep (R28).
Status on_comparison_check(Parts& parts, store::Tx& tx, const Message& message);

}  // namespace rescue::pricing
