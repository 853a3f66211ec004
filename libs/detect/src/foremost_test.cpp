#include "foremost.hpp"

#include <gtest/gtest.h>

#include <functional>

namespace rescue::detect {
namespace {

using Least = Foremost<int, std::less<>>;

Least of(std::initializer_list<int> values) {
  Least some(3);
  for (const int value : values) some.add(value);
  return some;
}

TEST(Foremost, KeepsTheFirstAndCountsTheOthers) {
  auto some = of({5, 1, 4, 2, 3});
  EXPECT_EQ(some.left_out(), 2U);
  EXPECT_EQ(some.take(), (std::vector<int>{1, 2, 3}));
}

TEST(Foremost, IsTheSameHoweverTheWorkWasShared) {
  for (auto [a, b] : {std::pair(of({9, 1, 8, 2}), of({3, 7, 4})), {of({9, 8, 7}), of({1, 2, 3, 4})}}) {
    a.join(std::move(b));
    EXPECT_EQ(a.left_out(), 4U);
    EXPECT_EQ(a.take(), (std::vector<int>{1, 2, 3}));
  }
}

}  // namespace
}  // namespace rescue::detect
