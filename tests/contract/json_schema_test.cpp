#include "json_schema.hpp"

#include <gtest/gtest.h>

namespace rescue::contract {
namespace {

std::string fault(const char* schema, const char* value) {
  Documents documents("/nonexistent");
  const Json parsed = Json::parse(schema);
  return schema_fault(documents, {"", &parsed}, Json::parse(value));
}

TEST(JsonSchema, AcceptsWhatFits) {
  const auto* schema = R"({"type":"object","required":["a"],"additionalProperties":false,
      "properties":{"a":{"type":["string","null"]},"b":{"type":"array","items":{"enum":[1,2]},"maxItems":2}}})";
  EXPECT_EQ(fault(schema, R"({"a":"x"})"), "");
  EXPECT_EQ(fault(schema, R"({"a":null,"b":[1,2]})"), "");
}

TEST(JsonSchema, NamesThePlaceOfWhatDoesNotFit) {
  const auto* schema = R"({"type":"object","required":["a"],"additionalProperties":false,
      "properties":{"a":{"type":"string","pattern":"^x"},"b":{"type":"array","items":{"enum":[1,2]}}}})";
  EXPECT_NE(fault(schema, R"({})").find("lacks \"a\""), std::string::npos);
  EXPECT_NE(fault(schema, R"({"a":"x","c":1})").find("\"c\""), std::string::npos);
  EXPECT_NE(fault(schema, R"({"a":"x","b":[1,3]})").find("/b/1"), std::string::npos);
  EXPECT_NE(fault(schema, R"({"a":"y"})").find("/a"), std::string::npos);
  EXPECT_NE(fault(schema, R"([])").find("type"), std::string::npos);
}

TEST(JsonSchema, TakesExactlyOneAlternative) {
  const auto* schema = R"({"oneOf":[{"required":["a"]},{"required":["b"]}]})";
  EXPECT_EQ(fault(schema, R"({"a":1})"), "");
  EXPECT_NE(fault(schema, R"({"a":1,"b":1})"), "");
  EXPECT_NE(fault(schema, R"({})"), "");
}

TEST(JsonSchema, ChecksLengthsAndRanges) {
  EXPECT_NE(fault(R"({"minLength":2})", R"("x")"), "");
  EXPECT_NE(fault(R"({"maxLength":2})", R"("xyz")"), "");
  EXPECT_NE(fault(R"({"minimum":0})", "-1"), "");
  EXPECT_NE(fault(R"({"maximum":9})", "10"), "");
  EXPECT_EQ(fault(R"({"minimum":0,"maximum":9})", "9"), "");
}

TEST(JsonSchema, RefusesAKeywordItDoesNotKnow) {
  EXPECT_NE(fault(R"({"requried":["a"]})", "{}").find("requried"), std::string::npos);
}

}  // namespace
}  // namespace rescue::contract
