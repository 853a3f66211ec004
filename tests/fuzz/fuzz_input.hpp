#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

/// What libFuzzer gives, as text. A target defines fuzz_one() and includes this once.
void fuzz_one(std::string_view input);

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz_one({reinterpret_cast<const char*>(data), size});
  return 0;
}
