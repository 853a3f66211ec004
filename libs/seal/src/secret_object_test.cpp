#include "secret_object.hpp"

#include <gtest/gtest.h>

#include "rescue/base/json.hpp"

namespace rescue::seal {
namespace {

std::string text_of(const std::string& json, std::string_view name = "a") {
  auto object = SecretObject::parse(json);
  if (!object) return "malformed";
  const auto text = object->take_text(name);
  return text ? std::string(text->view()) : "absent";
}

TEST(SecretObject, ReadsTextsAndNumbers) {
  auto object = SecretObject::parse(" { \"a\" : \"x\" , \"port\":2222,\"none\":null,\"e\":\"\"}\n").value();
  EXPECT_TRUE(object.has("port"));
  EXPECT_FALSE(object.has("none"));
  EXPECT_FALSE(object.take_text("port")) << "of the other type";
  EXPECT_EQ(object.take_integer("port"), 2222);
  EXPECT_EQ(object.take_text("a")->view(), "x");
  EXPECT_FALSE(object.empty());
  EXPECT_EQ(object.take_text("e")->view(), "");
  EXPECT_TRUE(object.empty());
  EXPECT_TRUE(SecretObject::parse("{}")->empty());
}

TEST(SecretObject, UnescapesAsJsonDoes) {
  for (const std::string json :
       {R"({"a":"\"\\\/\b\f\n\r\t"})", R"({"a":"\u0041\u00e9\u5c71\ud83d\ude00"})", R"({"a":"山川 é"})"}) {
    EXPECT_EQ(text_of(json), parse_json(json)->at("a").get<std::string>()) << json;
  }
}

TEST(SecretObject, RefusesEverythingElse) {
  for (const char* json : {"",
                           "{",
                           "}",
                           "[]",
                           "\"a\"",
                           "{\"a\"}",
                           "{\"a\":}",
                           "{\"a\":\"x\"",
                           "{\"a\":\"x\",}",
                           "{,}",
                           "{\"a\":\"x\"}{",
                           "{\"a\":{}}",
                           "{\"a\":[]}",
                           "{\"a\":true}",
                           "{\"a\":1.5}",
                           "{\"a\":-1}",
                           "{\"a\":01}",
                           "{\"a\":1234567890}",
                           "{\"a\":\"x\",\"a\":\"y\"}",
                           "{\"a\":\"\\x\"}",
                           "{\"a\":\"\\u12\"}",
                           "{\"a\":\"\\u12g4\"}",
                           "{\"a\":\"\\ud83d\"}",
                           "{\"a\":\"\\ude00\"}",
                           "{\"a\":\"\\ud83d\\u0041\"}",
                           "{\"a\":\"\\u0000\"}",
                           "{\"a\":\"x\ny\"}",
                           "{a:1}",
                           "{\"a\":\"\\",
                           "{\"a\":\"x\\\"}",
                           "{\"012345678901234567890123456789012\":1}"}) {
    EXPECT_EQ(text_of(json), "malformed") << json;
  }
  std::string many = "{";
  for (int i = 0; i < 33; ++i) many += (i > 0 ? ",\"" : "\"") + std::to_string(i) + "\":1";
  EXPECT_EQ(text_of(many + "}"), "malformed");
}

}  // namespace
}  // namespace rescue::seal
