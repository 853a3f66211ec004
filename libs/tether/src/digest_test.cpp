#include "rescue/tether/digest.hpp"

#include <gtest/gtest.h>

namespace rescue::tether {
namespace {

std::string of(std::string_view text) {
  Digest digest;
  digest.update(text);
  return digest.hex();
}

// NIST's examples for SHA-256.
TEST(Digest, IsSha256) {
  EXPECT_EQ(of(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(of("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(of(std::string(1'000'000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Digest, PiecesMakeNoDifference) {
  const std::string text(1'000, 'q');
  Digest digest;
  for (std::size_t at = 0; at < text.size(); at += 7) digest.update(std::string_view(text).substr(at, 7));
  EXPECT_EQ(digest.hex(), of(text));
}

}  // namespace
}  // namespace rescue::tether
