#pragma once

#include <string>
#include <string_view>

namespace rescue::evidence {

/// `bytes` from evidence as text that is safe to print: control characters (C0, DEL, C1), characters that
/// change the writing direction and bytes that are no UTF-8 become \xHH; more than `max_bytes` of input is
/// cut, with "…" at the end.
std::string escape_excerpt(std::string_view bytes, std::size_t max_bytes = 400);

}  // namespace rescue::evidence
