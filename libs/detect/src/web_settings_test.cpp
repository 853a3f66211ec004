#include "web_settings.hpp"

#include <gtest/gtest.h>

namespace rescue::detect {
namespace {

TEST(WebSettings, KnowsTheFilesThatASettingIsFor) {
  const auto settings = read_web_settings(
      "/w/.htaccess",
      "<IfModule x>\n<FilesMatch \"\\.JPG$\">\nSetHandler \\\n x\n</FilesMatch>\n</IfModule>\nDeny from all");
  ASSERT_EQ(settings.size(), 2U);
  EXPECT_EQ(settings[0].files, "\\.jpg$");
  EXPECT_EQ(settings[0].line, 3U);
  EXPECT_EQ(settings[0].words, std::vector<std::string>{"x"});
  EXPECT_EQ(settings[1].files, "");
}

TEST(WebSettings, MakesCodeOfAFolderAndWhatLiesBelow) {
  CodeBySetting code;
  code.add("/w/up/.htaccess", read_web_settings("/w/up/.htaccess", "AddType application/x-httpd-php .jpg\n"));
  EXPECT_TRUE(code.is_code("/w/up/a.JPG"));
  EXPECT_TRUE(code.is_code("/w/up/b/c.jpg"));
  EXPECT_FALSE(code.is_code("/w/a.jpg"));
  EXPECT_FALSE(code.is_code("/w/up/a.png"));
}

TEST(WebSettings, RunsAFileWithPages) {
  CodeBySetting code;
  code.add("/w/.user.ini",
           read_web_settings("/w/.user.ini", "auto_prepend_file = a.gif\nauto_append_file = /x/b\n"));
  EXPECT_TRUE(code.is_code("/w/a.gif"));
  EXPECT_TRUE(code.is_code("/x/b"));
}

TEST(WebSettings, IsBoundedWhateverIsInThem) {
  std::string text;
  for (int i = 0; i < 50'000; ++i) text += "<Files x>\nDeny from all\n";
  EXPECT_LE(read_web_settings("/w/.htaccess", text).size(), 10'000U);
  EXPECT_LE(read_web_settings("/w/.htaccess", std::string(1 << 20, '\\')).size(), 1U);
  EXPECT_LE(
      read_web_settings("/w/.htaccess", "a " + std::string(1 << 20, ' ') + std::string(1 << 20, '"')).size(),
      1U);
}

}  // namespace
}  // namespace rescue::detect
