#include "lock_record.hpp"

#include <gtest/gtest.h>

#include "rescue/base/hmac.hpp"
#include "rescue/base/sha256.hpp"

namespace rescue::fence {
namespace {

const Keys kKeys{{"one"}};

LockRecord record() {
  return {.held = true,
          .holder = {"job_2", 3, "w1"},
          .run = "abc",
          .taken_us = 5,
          .past = {{"job_1", 7}},
          .forgotten = "job_0"};
}

TEST(LockRecord, ComesBackAsItWas) {
  const auto back = decode(encode(record(), kKeys), kKeys);
  ASSERT_TRUE(back) << back.error().detail;
  EXPECT_TRUE(back->held);
  EXPECT_EQ(back->holder.job_id, "job_2");
  EXPECT_EQ(back->holder.attempt, 3);
  EXPECT_EQ(back->run, "abc");
  EXPECT_EQ(back->past.at("job_1"), 7);
  EXPECT_EQ(back->forgotten, "job_0");
}

TEST(LockRecord, OpensWithEachKeyAndSealsWithTheFirst) {
  const auto old = encode(record(), kKeys);
  EXPECT_TRUE(decode(old, {{"two", "one"}}));
  EXPECT_FALSE(decode(encode(record(), {{"two", "one"}}), kKeys));
}

TEST(LockRecord, OneChangedByteIsDamage) {
  const auto whole = encode(record(), kKeys);
  for (std::size_t i = 0; i < whole.size(); ++i) {
    auto changed = whole;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_EQ(decode(changed, kKeys).error().problem, "lock-damaged") << i;
    EXPECT_FALSE(decode(whole.substr(0, i), kKeys)) << i;
  }
}

TEST(LockRecord, WhatIsSealedButNoRecordIsDamage) {
  for (
      const std::string json :
      {"{}", "[]", "7", "{\"version\":1", R"({"version":2})",
       R"({"attempt":0,"forgotten":"","held":true,"job_id":"j","past":{},"run":"r","taken_us":1,"version":1,"worker":"w"})",
       R"({"attempt":1,"forgotten":"","held":true,"job_id":"j","past":{"a":"b"},"run":"r","taken_us":1,"version":1,"worker":"w"})",
       R"({"attempt":1,"forgotten":"","held":true,"job_id":"j","past":{},"run":"r","taken_us":1,"version":1,"worker":"w","more":1})"}) {
    const auto bytes = HmacSha256("one").hex({"rescue-fence\n", json}) + "\n" + json + "\n";
    EXPECT_EQ(decode(bytes, kKeys).error().problem, "lock-damaged") << json;
  }
}

TEST(LockRecord, RemembersSoManyJobsAndKnowsWhichItForgot) {
  LockRecord full;
  const auto id = [](std::size_t n) { return "job_" + std::to_string(1'000 + n); };
  for (std::size_t n = 0; n < kPastJobsMax + 2; ++n) {
    full.holder = {id(n), 1, "w"};
    remember(full);
  }
  EXPECT_EQ(full.past.size(), kPastJobsMax);
  EXPECT_EQ(full.forgotten, id(1));
  EXPECT_EQ(last_attempt(full, id(1)), 0);
  EXPECT_EQ(last_attempt(full, id(2)), 1);
  EXPECT_LT(encode(full, kKeys).size(), kRecordBytesMax);
}

TEST(LockRecord, TheLargestRecordIsReadBack) {
  LockRecord full;
  for (std::size_t n = 0; n < kPastJobsMax + 1; ++n) {
    full.holder = {std::string(90, 'j') + std::to_string(100 + n), INT64_MAX, std::string(500, 'w')};
    remember(full);
  }
  full.run = "r";
  EXPECT_TRUE(decode(encode(full, kKeys), kKeys));
}

TEST(LockRecord, AnIdIsPlainLetters) {
  EXPECT_TRUE(is_plain_id("job_01j8m0000000000000000000aa"));
  for (const auto* odd : {"", "a b", "../x", "é", "a\n"}) EXPECT_FALSE(is_plain_id(odd)) << odd;
}

}  // namespace
}  // namespace rescue::fence
