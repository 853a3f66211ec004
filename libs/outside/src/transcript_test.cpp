#include "transcript.hpp"

#include <gtest/gtest.h>

namespace rescue::outside {
namespace {

TEST(Transcript, HoldsVisibleAsciiWithTheTimeAndIsBounded) {
  EXPECT_EQ(escaped("a\tb\\c\x7f\xc3\xa9"), "a\\x09b\\\\c\\x7f\\xc3\\xa9");
  EXPECT_EQ(escaped("abcdef", 3), "abc...");
  const ManualClock clock(*parse_rfc3339("2026-09-18T03:00:00Z"));
  Transcript transcript(clock);
  for (int i = 0; i < 10'000; ++i) transcript.server("x");
  const auto lines = transcript.take();
  EXPECT_EQ(lines.size(), 501U);
  EXPECT_EQ(lines.back().text, "the rest of what was said is left out");
  EXPECT_EQ(lines.back().at, clock.now());
}

}  // namespace
}  // namespace rescue::outside
