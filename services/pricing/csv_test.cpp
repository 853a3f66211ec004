#include "csv.hpp"

#include <gtest/gtest.h>

namespace rescue::pricing {
namespace {

TEST(Csv, QuotesWhatRfc4180Says) {
  EXPECT_EQ(csv_text("plain"), "plain");
  EXPECT_EQ(csv_text(""), "");
  EXPECT_EQ(csv_text("a,b"), "\"a,b\"");
  EXPECT_EQ(csv_text("said \"no\""), "\"said \"\"no\"\"\"");
  EXPECT_EQ(csv_text("two\r\nlines"), "\"two\r\nlines\"");
  EXPECT_EQ(csv_record({"a", "b", ""}), "a,b,\r\n");
}

TEST(Csv, LetsNoTextBeTakenForAFormula) {
  EXPECT_EQ(csv_text("=1+1"), "'=1+1");
  EXPECT_EQ(csv_text("+81"), "'+81");
  EXPECT_EQ(csv_text("-2"), "'-2");
  EXPECT_EQ(csv_text("@SUM(A1)"), "'@SUM(A1)");
  EXPECT_EQ(csv_text("\t=1"), "'\t=1");
  EXPECT_EQ(csv_text("  =1"), "'  =1");
  EXPECT_EQ(csv_text("\r=1"), "\"'\r=1\"");
  EXPECT_EQ(csv_text("=HYPERLINK(\"x\",\"y\")"), "\"'=HYPERLINK(\"\"x\"\",\"\"y\"\")\"");
  EXPECT_EQ(csv_text("＝1+1"), "'＝1+1");
  EXPECT_EQ(csv_text("   "), "   ");
  EXPECT_EQ(csv_number(-50'000), "-50000") << "a number stays one";
}

}  // namespace
}  // namespace rescue::pricing
