#include "output/plain_text.hpp"

#include <gtest/gtest.h>

namespace rescue::ctl {
namespace {

TEST(PlainText, ShowsControlBytesInsteadOfSendingThem) {
  EXPECT_EQ(escaped("a\x1b[2Jb"), "a\\x1b[2Jb");
  EXPECT_EQ(escaped("line\nnext\r\t"), "line\\x0anext\\x0d\\x09");
  EXPECT_EQ(escaped(std::string_view("\0", 1)), "\\x00");
  EXPECT_EQ(escaped("\x7f"), "\\x7f");
  EXPECT_EQ(escaped("\xc2\x9b"), "\\u009b") << "CSI as one character";
  EXPECT_EQ(escaped("\xe2\x80\xae"), "\\u202e") << "right-to-left override";
  EXPECT_EQ(escaped("調査 é"), "調査 é");
}

TEST(PlainText, ShowsBytesThatAreNoUtf8) {
  EXPECT_EQ(escaped("\xff\xfe"), "\\xff\\xfe");
  EXPECT_EQ(escaped("\xe8\xaa"), "\\xe8\\xaa") << "cut off";
  EXPECT_EQ(escaped("\xc0\xaf"), "\\xc0\\xaf") << "overlong";
  EXPECT_EQ(escaped("\xed\xa0\x80"), "\\xed\\xa0\\x80") << "surrogate";
  EXPECT_EQ(escaped("\xf5\x80\x80\x80"), "\\xf5\\x80\\x80\\x80") << "beyond Unicode";
}

TEST(PlainText, AlignsColumnsWithWideCharactersToo) {
  EXPECT_EQ(display_width("調査"), 4U);
  EXPECT_EQ(table({"A", "B"}, {{"調査", "x"}, {"long one", "y"}}),
            "A         B\n"
            "調査      x\n"
            "long one  y\n");
}

TEST(PlainText, EscapesCellsAndValues) {
  EXPECT_EQ(table({"A"}, {{"x\ny"}}), "A\nx\\x0ay\n");
  EXPECT_EQ(facts({{"State", "a\x1b"}, {"Id", "1"}}), "State:  a\\x1b\nId:     1\n");
}

TEST(PlainText, ShowsFieldsOfAnyType) {
  const Json object = {
      {"text", "t"}, {"number", 7}, {"list", {"a", "b"}}, {"empty", Json::array()}, {"nothing", nullptr}};
  EXPECT_EQ(field(object, "text"), "t");
  EXPECT_EQ(field(object, "number"), "7");
  EXPECT_EQ(field(object, "list"), "a, b");
  EXPECT_EQ(field(object, "empty"), "-");
  EXPECT_EQ(field(object, "nothing"), "-");
  EXPECT_EQ(field(object, "absent"), "-");
  EXPECT_EQ(field(Json("no object"), "text"), "-");
}

}  // namespace
}  // namespace rescue::ctl
