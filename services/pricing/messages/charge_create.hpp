#pragma once

#include "parts.hpp"

namespace rescue::pricing {

/// charge.create: the work of an order is completed. Makes its one charge, equal to its quote whatever the
/// outcome (R41), and answers charge.created; asking again gets the same charge. kConflict ("quote-mismatch")
/// when the order does not hold the quote.
Status on_charge_create(Parts& parts, store::Tx& tx, const Message& message);

}  // namespace rescue::pricing
