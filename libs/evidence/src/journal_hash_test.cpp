#include "journal_hash.hpp"

#include <gtest/gtest.h>

#include <numeric>

namespace rescue::evidence {
namespace {

TEST(SipHash, GivesThePapersOwnExample) {
  // "SipHash: a fast short-input PRF", appendix A: key 00 01 … 0f, input 00 01 … 0e.
  std::array<char, 16> key{};
  std::iota(key.begin(), key.end(), '\0');
  EXPECT_EQ(siphash24({key.data(), 15}, key), 0xa129ca6149be45e5U);
}

TEST(Lookup3, GivesItsAuthorsOwnExamples) {
  // lookup3.c, driver5(): both halves of "Four score and seven years ago" with initial values 0.
  const auto hash = lookup3_64("Four score and seven years ago");
  EXPECT_EQ(hash >> 32U, 0x17770551U);
  EXPECT_EQ(hash & 0xffffffffU, 0xce7226e6U);
}

}  // namespace
}  // namespace rescue::evidence
