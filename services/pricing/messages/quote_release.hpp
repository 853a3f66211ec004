#pragma once

#include "parts.hpp"

namespace rescue::pricing {

/// quote.release: the order did not come about; its quote may be used again. Releasing what the order does
/// not hold changes nothing. kConflict when the order was charged.
Status on_quote_release(Parts& parts, store::Tx& tx, const Message& message);

}  // namespace rescue::pricing
