#include "keeper_program.hpp"

// Put into this library as it was built, so that there is no other version of it and no path to set.
asm(R"(
  .section .rodata
  .global rescue_keeper_begin
  .global rescue_keeper_end
rescue_keeper_begin:
  .incbin ")" RESCUE_KEEPER R"("
rescue_keeper_end:
  .byte 0
  .previous
)");

extern "C" {
extern const char rescue_keeper_begin;
extern const char rescue_keeper_end;
}

namespace rescue::target {

std::string_view keeper_program() {
  return {&rescue_keeper_begin, static_cast<std::size_t>(&rescue_keeper_end - &rescue_keeper_begin)};
}

}  // namespace rescue::target
