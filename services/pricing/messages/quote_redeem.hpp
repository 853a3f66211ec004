#pragma once

#include "parts.hpp"

namespace rescue::pricing {

/// quote.redeem: an order wants to use a quote. Answers quote.redeemed; the same order asking for the same
/// thing again gets the same answer.
Status on_quote_redeem(Parts& parts, store::Tx& tx, const Message& message);

}  // namespace rescue::pricing
