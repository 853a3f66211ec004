#include "literal_finder.hpp"

#include <gtest/gtest.h>

#include <random>
#include <set>

#include "glob.hpp"

namespace rescue::sigma {
namespace {

std::set<std::uint32_t> found(const LiteralFinder& finder, std::string_view text) {
  std::set<std::uint32_t> out;
  finder.look_at(text, [&](std::uint32_t number) { out.insert(number); });
  return out;
}

TEST(LiteralFinder, FindsThoseThatOverlapAndThoseWithinOthers) {
  const LiteralFinder finder({"he", "she", "hers", "is"});
  EXPECT_EQ(found(finder, "uSHErs"), (std::set<std::uint32_t>{0, 1, 2}));
  EXPECT_EQ(found(finder, "his"), (std::set<std::uint32_t>{3}));
  EXPECT_TRUE(found(finder, "xyz").empty());
}

TEST(LiteralFinder, WithoutLiteralsFindsNone) {
  EXPECT_TRUE(found(LiteralFinder({}), "anything").empty());
}

TEST(LiteralFinder, FindsWhatANaiveSearchFinds) {
  std::mt19937 random(7);
  const auto letters = [&](std::size_t most) {
    std::string text(1 + random() % most, ' ');
    for (auto& c : text) c = "abAB-\xff"[random() % 6];
    return text;
  };
  for (int round = 0; round < 200; ++round) {
    std::set<std::string> words;
    for (int i = 0; i < 12; ++i) words.insert(lower(letters(5)));
    const std::vector<std::string> list(words.begin(), words.end());
    const LiteralFinder finder(list);
    const auto text = letters(60);
    std::set<std::uint32_t> naive;
    for (std::uint32_t i = 0; i < list.size(); ++i) {
      if (lower(text).find(list[i]) != std::string::npos) naive.insert(i);
    }
    EXPECT_EQ(found(finder, text), naive);
  }
}

}  // namespace
}  // namespace rescue::sigma
