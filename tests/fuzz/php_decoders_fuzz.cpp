#include <string>

#include "fuzz_input.hpp"
#include "php_decoders.hpp"

using namespace rescue;  // NOLINT(google-build-using-namespace): a program of one function

void fuzz_one(std::string_view input) {
  const std::string text(input);
  for (auto* decode : {detect::decode_base64, detect::inflate_raw, detect::inflate_any, detect::rot13,
                       detect::decode_uu, detect::from_hex, detect::decode_url}) {
    decode(text);
  }
}
