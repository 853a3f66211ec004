#include "rescue/recovery/request.hpp"

#include <gtest/gtest.h>

namespace rescue::recovery {
namespace {

Result<Request> parse(std::string_view line) {
  std::int64_t id = 0;
  return parse_request(line, id);
}

TEST(Request, IsReadStrictly) {
  const auto request =
      parse(R"({"id": 3, "op": "plan", "ways": [{"way": "abused_account", "account": "sales"}]})");
  ASSERT_TRUE(request) << request.error().detail;
  EXPECT_EQ(request->id, 3);
  EXPECT_EQ(request->ways.at(0).account, "sales");
  for (const auto* wrong :
       {"", "[]", "{}", R"({"id":1,"op":"rm"})", R"({"id":1,"op":"hello","x":1})", R"({"id":1,"op":"plan"})",
        R"({"id":1,"op":"plan","ways":[{"way":"magic"}]})",
        R"({"id":1,"op":"plan","ways":[{"way":"abused_script","script":"../x"}]})",
        R"({"id":1,"op":"plan","ways":[{"way":"abused_account","account":"a b"}]})",
        R"({"id":1,"op":"apply","step":"x"})", R"({"id":1,"op":"undo","number":0,"lock_sha256":""})",
        R"({"id":1,"op":"lock-write","record":"?"})"}) {
    EXPECT_FALSE(parse(wrong)) << wrong;
  }
}

TEST(Request, AnAnswerTellsWhatItIsTo) {
  EXPECT_EQ(answer(7, Json{{"a", 1}}), "{\"id\":7,\"ok\":true,\"result\":{\"a\":1}}\n");
  EXPECT_EQ(answer(8, fail(ErrorCode::kConflict, "changed-since", "d")),
            "{\"error\":{\"code\":\"conflict\",\"detail\":\"d\",\"pointer\":\"\",\"problem\":\"changed-"
            "since\"},\"id\":8,\"ok\":false}\n");
}

}  // namespace
}  // namespace rescue::recovery
