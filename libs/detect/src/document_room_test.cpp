#include "document_room.hpp"

#include <gtest/gtest.h>

namespace rescue::detect {
namespace {

TEST(DocumentRoom, TakesSoManyItems) {
  DocumentRoom room({.items = 2, .bytes = 1'000});
  EXPECT_TRUE(room.take("a"));
  EXPECT_TRUE(room.take("b"));
  EXPECT_FALSE(room.take("c"));
  EXPECT_EQ(room.left_out(), 1U);
}

TEST(DocumentRoom, TakesWhatStillFits) {
  DocumentRoom room({.items = 10, .bytes = 100});
  EXPECT_TRUE(room.take(std::string(50, 'x')));
  EXPECT_FALSE(room.take(std::string(50, 'x')));
  EXPECT_TRUE(room.take("small"));
}

TEST(DocumentRoom, CountsTheBytesThatArePrinted) {
  const Json item{{"path", "a\\x0a\\x0b"}, {"list", {1, 2, 3}}};
  Json document{{"findings", Json::array()}};
  const auto empty = document.dump(2).size();
  for (int i = 0; i < 100; ++i) document["findings"].push_back(item);
  const auto printed = document.dump(2).size() - empty;
  DocumentRoom enough({.items = 1'000, .bytes = printed + 100}),
      little({.items = 1'000, .bytes = printed - 100});
  for (int i = 0; i < 100; ++i) {
    enough.take(item);
    little.take(item);
  }
  EXPECT_EQ(enough.left_out(), 0U);
  EXPECT_GT(little.left_out(), 0U);
}

TEST(DocumentRoom, AllListsTogetherFitIntoWhatTheWorkerTakes) {
  constexpr std::size_t kWorkerTakes = 64 << 20;
  EXPECT_LT(kFindingsRoom.bytes + kTimelineRoom.bytes + kGapsRoom.bytes + kVectorsRoom.bytes +
                3 * kImpactRoom.bytes,
            kWorkerTakes * 9 / 10);
}

}  // namespace
}  // namespace rescue::detect
