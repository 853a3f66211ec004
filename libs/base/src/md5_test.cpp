#include "rescue/base/md5.hpp"

#include <gtest/gtest.h>

namespace rescue {
namespace {

TEST(Md5, AgreesWithItsRfc) {
  Md5 md5;
  EXPECT_EQ(md5.take(), parse_md5("d41d8cd98f00b204e9800998ecf8427e"));
  md5.update("message ");
  md5.update("digest");
  EXPECT_EQ(md5.take(), parse_md5("F96B697D7CB7938D525A2F31AAF161D0"));
}

TEST(Md5, TakesHexDigitsOnly) {
  EXPECT_FALSE(parse_md5(""));
  EXPECT_FALSE(parse_md5("d41d8cd98f00b204e9800998ecf8427"));
  EXPECT_FALSE(parse_md5("d41d8cd98f00b204e9800998ecf8427g"));
}

}  // namespace
}  // namespace rescue
