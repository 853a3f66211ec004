#pragma once

#include "parts.hpp"

namespace rescue::pricing {

/// credit_note.granted: makes the credit note as of now, in the name of who asked; credit_note.refused when
/// that cannot be any more.
Status on_credit_granted(Parts& parts, store::Tx& tx, const Message& message);

}  // namespace rescue::pricing
