#pragma once

#include <cstddef>

namespace rescue {

/// Where the random bytes of ids, keys and traces come from; null: the kernel. Set before any thread runs, by
/// programs that must do the same twice (tests/simulation), never by those that are shipped.
extern void (*random_source)(unsigned char* out, std::size_t size);

}  // namespace rescue
