#include "answer_cache.hpp"

#include <gtest/gtest.h>

namespace rescue::directory {
namespace {

using std::chrono::seconds;

Question about(const char* id, int day = 0) {
  return {catalog::ServerKey::id(id), std::chrono::sys_days(std::chrono::days(day))};
}

ContractsConfig config() {
  ContractsConfig config;
  config.cache_max = 2;
  return config;
}

Answer held() {
  catalog::ServerContract server;
  server.server_id = "srv-1";
  return server;
}

TEST(AnswerCache, KeepsYesLongerThanNo) {
  AnswerCache cache(config());
  cache.put(about("yes"), held(), seconds(0));
  cache.put(about("no"), fail(ErrorCode::kInvalid, "not-under-contract", "no"), seconds(0));
  EXPECT_TRUE(cache.fresh(about("yes"), seconds(299)));
  EXPECT_FALSE(cache.fresh(about("yes"), seconds(300)));
  EXPECT_TRUE(cache.fresh(about("no"), seconds(29)));
  EXPECT_FALSE(cache.fresh(about("no"), seconds(30)));
}

TEST(AnswerCache, OldNewsStandsInForAWhileAndNeverRefuses) {
  AnswerCache cache(config());
  cache.put(about("yes"), held(), seconds(0));
  cache.put(about("no"), fail(ErrorCode::kInvalid, "not-under-contract", "no"), seconds(0));
  EXPECT_TRUE(cache.stale(about("yes"), seconds(3'599)));
  EXPECT_FALSE(cache.stale(about("yes"), seconds(3'600)));
  EXPECT_FALSE(cache.stale(about("no"), seconds(1)));
}

TEST(AnswerCache, R6_IsForTheDayThatWasAskedAbout) {
  AnswerCache cache(config());
  cache.put(about("srv-1", 0), held(), seconds(0));
  EXPECT_FALSE(cache.fresh(about("srv-1", 1), seconds(0)));
}

TEST(AnswerCache, ForgetsWhatWasUsedLeastLately) {
  AnswerCache cache(config());
  cache.put(about("a"), held(), seconds(0));
  cache.put(about("b"), held(), seconds(0));
  EXPECT_TRUE(cache.fresh(about("a"), seconds(1)));
  cache.put(about("c"), held(), seconds(1));
  EXPECT_EQ(cache.size(), 2U);
  EXPECT_FALSE(cache.fresh(about("b"), seconds(1)));
  EXPECT_TRUE(cache.fresh(about("a"), seconds(1)));
  cache.put(about("a"), held(), seconds(2));
  EXPECT_EQ(cache.size(), 2U);
}

}  // namespace
}  // namespace rescue::directory
