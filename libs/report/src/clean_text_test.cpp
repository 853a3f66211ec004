#include "clean_text.hpp"

#include <gtest/gtest.h>

namespace rescue::report {
namespace {

TEST(CleanText, KeepsOrdinaryTextAsItIs) {
  EXPECT_EQ(clean_text("/var/www/html/アップロード/cache.php"), "/var/www/html/アップロード/cache.php");
}

TEST(CleanText, ShowsControlBytesInsteadOfSendingThem) {
  EXPECT_EQ(clean_text("a\x1b[31mb\r\nc\x7f"), "a\\x1B[31mb\\x0D\\x0Ac\\x7F");
  EXPECT_EQ(clean_text(std::string_view("a\0b", 3)), "a\\x00b");
  EXPECT_EQ(clean_text("\xC2\x9B"), "\\x9B") << "C1 controls start escape codes too";
}

TEST(CleanText, ShowsCharactersThatTurnTheDirectionOrHide) {
  EXPECT_EQ(clean_text("photo\u202Egnp.php"), "photo\\u{202E}gnp.php");
  EXPECT_EQ(clean_text("a\u200Bb\u2066c\uFEFF\u2028"), "a\\u{200B}b\\u{2066}c\\u{FEFF}\\u{2028}");
  EXPECT_EQ(clean_text("\U000E0041"), "\\u{E0041}");
}

TEST(CleanText, ShowsBytesThatAreNoUtf8) {
  EXPECT_EQ(clean_text("\xff\xfe"), "\\xFF\\xFE");
  EXPECT_EQ(clean_text("\xC0\xAF"), "\\xC0\\xAF") << "overlong slash";
  EXPECT_EQ(clean_text("\xED\xA0\x80"), "\\xED\\xA0\\x80") << "surrogate";
  EXPECT_EQ(clean_text("\xE3\x81"), "\\xE3\\x81") << "cut in the middle";
  EXPECT_EQ(clean_text("\xF4\x90\x80\x80"), "\\xF4\\x90\\x80\\x80") << "past U+10FFFF";
}

TEST(CleanText, CutsAtCharactersNotAtBytes) {
  EXPECT_EQ(clean_text("侵入経路", {.chars_max = 2}), "侵入…");
  EXPECT_EQ(clean_text("侵入", {.chars_max = 2}), "侵入");
}

TEST(CleanText, KeepsLineBreaksWherePeopleWriteThem) {
  EXPECT_EQ(clean_text("a\nb\tc", {.keep_newlines = true}), "a\nb\\x09c");
}

TEST(EscapeHtml, LeavesNoMarkupAlive) {
  EXPECT_EQ(escape_html("<script>alert(\"x\")&'</script>"),
            "&lt;script&gt;alert(&quot;x&quot;)&amp;&#39;&lt;/script&gt;");
}

}  // namespace
}  // namespace rescue::report
