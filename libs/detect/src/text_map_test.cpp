#include "text_map.hpp"

#include <gtest/gtest.h>

namespace rescue::detect {
namespace {

int* put(TextMap<int>& map, const std::string& text) {
  return map.put(text, hash_of_text(text)).value;
}

TEST(TextMap, HasOneValueForEachTextHoweverOftenItComes) {
  TextMap<int> map(100'000);
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 20'000; ++i) *put(map, "192.0.2." + std::to_string(i)) += i;
  }
  ASSERT_EQ(map.size(), 20'000U);
  for (int i = 0; i < 20'000; ++i) ASSERT_EQ(*map.find("192.0.2." + std::to_string(i)), 2 * i);
  EXPECT_EQ(map.find("192.0.2.x"), nullptr);
  int next = 0;
  map.for_each([&](const std::string& text, int) { EXPECT_EQ(text, "192.0.2." + std::to_string(next++)); });
}

TEST(TextMap, TakesNoMoreThanItsLimitAndStillKnowsThose) {
  TextMap<int> map(2);
  EXPECT_TRUE(map.put("a", hash_of_text("a")).is_new);
  EXPECT_TRUE(map.put("", hash_of_text("")).is_new);
  EXPECT_EQ(put(map, "b"), nullptr);
  EXPECT_FALSE(map.put("a", hash_of_text("a")).is_new);
  EXPECT_EQ(map.find("b"), nullptr);
}

TEST(TextMap, EmptyFindsNothing) {
  EXPECT_EQ(TextMap<int>(5).find("a"), nullptr);
  TextMap<int> none(0);
  EXPECT_EQ(put(none, "a"), nullptr);
}

TEST(HashSet, CountsDifferentHashes) {
  HashSet<> set;
  EXPECT_FALSE(set.contains(0));
  for (std::uint64_t i = 0; i < 5'000; ++i) EXPECT_TRUE(set.add(i << 40U));
  for (std::uint64_t i = 0; i < 5'000; ++i) EXPECT_FALSE(set.add(i << 40U));
  EXPECT_EQ(set.size(), 5'000U);
  EXPECT_TRUE(set.contains(std::uint64_t{7} << 40U));
  EXPECT_FALSE(set.contains(7));
  HashSet<std::uint32_t> few;
  EXPECT_TRUE(few.add(0));
  EXPECT_TRUE(few.add(5));
  EXPECT_FALSE(few.add(5));
  EXPECT_EQ(few.size(), 2U);
}

}  // namespace
}  // namespace rescue::detect
