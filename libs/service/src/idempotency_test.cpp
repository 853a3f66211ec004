#include "rescue/service/idempotency.hpp"

#include <gtest/gtest.h>

#include "housekeeping.hpp"

namespace rescue::service {
namespace {

class IdempotencyKeys : public ::testing::Test {
 protected:
  IdempotencyKeys() : db(*store::Database::open("sqlite://:memory:", {})) {
    request.method = http::Method::kPost;
    request.path = "/v1/reports";
    request.body = "{}";
    request.caller = http::Caller{"k1", "web_form", "form"};
    request.headers["idempotency-key"] = "key-1";
  }
  Result<http::Response> post() {
    return db->write([&](store::Tx& tx) {
      return Idempotency::once(tx, request, now_us, [&](store::Tx&) -> Result<http::Response> {
        ++created;
        if (refusal) return fail(*refusal);
        auto response = http::Response::json(202, {{"number", created}});
        response.headers.emplace_back("Location", "/v1/reports/" + std::to_string(created));
        return response;
      });
    });
  }
  Status settle(int status) {
    return db->write([&](store::Tx& tx) -> Status {
      return Idempotency::settle(tx, request, http::Response::json(status, {{"settled", status}}));
    });
  }

  std::unique_ptr<store::Database> db;
  http::Request request;
  std::int64_t now_us = 1;
  int created = 0;
  std::optional<Error> refusal;
};

TEST_F(IdempotencyKeys, TheSameRequestGetsTheSameAnswer) {
  const auto first = post();
  ASSERT_TRUE(first) << first.error().detail;
  const auto second = post();
  EXPECT_EQ(created, 1);
  EXPECT_EQ(second->status, 202);
  EXPECT_EQ(second->body, first->body);
  EXPECT_EQ(second->content_type, first->content_type);
  EXPECT_EQ(second->headers, first->headers);
}

TEST_F(IdempotencyKeys, AnotherBodyOrPathOrMethodIsRefused) {
  ASSERT_TRUE(post());
  const http::Request original = request;
  request.body = "{ }";
  EXPECT_EQ(post().error().problem, "idempotency-key-reused");
  request = original;
  request.path = "/v1/quotes";
  EXPECT_EQ(post().error().problem, "idempotency-key-reused");
  request = original;
  request.method = http::Method::kPut;
  EXPECT_EQ(post().error().problem, "idempotency-key-reused");
  EXPECT_EQ(created, 1);
}

TEST_F(IdempotencyKeys, CallersDoNotMeet) {
  ASSERT_TRUE(post());
  request.caller->key_id = "k2";
  request.body = "{\"other\":1}";
  EXPECT_TRUE(post());
  EXPECT_EQ(created, 2);
}

TEST_F(IdempotencyKeys, TheKeyIsRequiredAndChecked) {
  for (const std::string& bad : {std::string(), std::string(201, 'a'), std::string("a b"),
                                 std::string("a\x7f"), std::string("ä"), std::string("a\0b", 3)}) {
    request.headers["idempotency-key"] = bad;
    EXPECT_EQ(post().error().problem, "missing-idempotency-key") << bad;
  }
  request.headers.clear();
  EXPECT_EQ(post().error().problem, "missing-idempotency-key");
  request.headers["idempotency-key"] = std::string(200, '~');
  EXPECT_TRUE(post());
}

TEST_F(IdempotencyKeys, AFailedCreationIsNotRemembered) {
  refusal = Error{ErrorCode::kUnavailable, "database-unavailable", "later"};
  EXPECT_FALSE(post());
  refusal.reset();
  EXPECT_TRUE(post());
  EXPECT_EQ(created, 2);
}

TEST_F(IdempotencyKeys, TheFirstFinalAnswerCounts) {
  ASSERT_TRUE(post());
  ASSERT_TRUE(settle(201));
  ASSERT_TRUE(settle(409));
  EXPECT_EQ(post()->status, 201);
  EXPECT_EQ(post()->body, "{\"settled\":201}");
  EXPECT_TRUE(post()->headers.empty());
}

TEST_F(IdempotencyKeys, SettlingAnotherRequestChangesNothing) {
  const auto first = post();
  request.body = "{\"other\":1}";
  ASSERT_TRUE(settle(201));
  request.body = "{}";
  EXPECT_EQ(post()->body, first->body);
}

TEST_F(IdempotencyKeys, AreForgottenAfterAWeek) {
  ASSERT_TRUE(post());
  constexpr auto kDay = std::chrono::hours(24);
  ASSERT_TRUE(keep_house(*db, from_us(now_us) + 6 * kDay));
  ASSERT_TRUE(post());
  EXPECT_EQ(created, 1);
  ASSERT_TRUE(keep_house(*db, from_us(now_us) + 8 * kDay));
  ASSERT_TRUE(post());
  EXPECT_EQ(created, 2);
}

}  // namespace
}  // namespace rescue::service
