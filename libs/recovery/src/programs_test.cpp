// What a program was asked for, and what it warns of, are two things.
#include "rescue/recovery/programs.hpp"

#include <gtest/gtest.h>

namespace rescue::recovery {
namespace {

TEST(Programs, R13_AWarningIsNoPartOfTheAnswer) {
  const auto ended =
      run_program({.program = "/bin/sh", .arguments = {"-c", "echo value; echo warning: x >&2"}});
  ASSERT_TRUE(ended) << ended.error().detail;
  EXPECT_EQ(ended->output, "value\n");
  EXPECT_EQ(ended->errors, "warning: x\n");
  EXPECT_EQ(said_by(*ended, 7), "warning");
}

TEST(Programs, BothAreReadHoweverMuchEachIs) {
  const auto ended = run_program(
      {.program = "/bin/sh",
       .arguments = {"-c", "head -c 300000 /dev/zero >&2; head -c 300000 /dev/zero; echo end >&2; exit 3"}});
  ASSERT_TRUE(ended) << ended.error().detail;
  EXPECT_EQ(ended->exit_code, 3);
  EXPECT_EQ(ended->output.size(), 256U * 1024);
  EXPECT_EQ(ended->errors.size(), 256U * 1024);
}

}  // namespace
}  // namespace rescue::recovery
