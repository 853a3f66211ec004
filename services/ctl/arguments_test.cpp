#include "arguments.hpp"

#include <gtest/gtest.h>

#include "command.hpp"

namespace rescue::ctl {
namespace {

constexpr std::string_view kUsage = "ID [SERVICE] --reason R [--html] [--lang LANG]";

Result<Arguments> read(const std::vector<std::string>& arguments) {
  return read_arguments(read_usage(kUsage), arguments);
}

std::string fault(const std::vector<std::string>& arguments) {
  const auto given = read(arguments);
  return given ? "accepted" : given.error().detail;
}

TEST(Arguments, UsageSaysWhatIsTaken) {
  const auto parameters = read_usage(kUsage);
  ASSERT_EQ(parameters.size(), 5U);
  EXPECT_EQ(parameters[0].name, "ID");
  EXPECT_TRUE(parameters[0].required);
  EXPECT_FALSE(parameters[1].required);
  EXPECT_EQ(parameters[1].name, "SERVICE");
  EXPECT_TRUE(parameters[2].takes_value && parameters[2].required);
  EXPECT_FALSE(parameters[3].takes_value || parameters[3].required);
  EXPECT_TRUE(parameters[4].takes_value);
  EXPECT_EQ(parameters[4].name, "--lang");
}

TEST(Arguments, TakeOptionsAnywhereAndInBothSpellings) {
  const auto given = read({"--reason", "two words", "inc_1", "--lang=ja", "--html"});
  ASSERT_TRUE(given) << given.error().detail;
  EXPECT_EQ(given->words, std::vector<std::string>{"inc_1"});
  EXPECT_EQ(given->option("--reason"), "two words");
  EXPECT_EQ(given->option("--lang"), "ja");
  EXPECT_TRUE(given->has("--html"));
}

TEST(Arguments, TwoDashesEndTheOptions) {
  const auto given = read({"--reason", "--html", "--", "--odd"});
  ASSERT_TRUE(given) << given.error().detail;
  EXPECT_EQ(given->option("--reason"), "--html") << "a value is taken as it is";
  EXPECT_EQ(given->words, std::vector<std::string>{"--odd"});
}

TEST(Arguments, SayWhatIsWrong) {
  EXPECT_EQ(fault({"--reason", "r"}), "ID is missing");
  EXPECT_EQ(fault({"inc_1"}), "--reason is missing");
  EXPECT_EQ(fault({"inc_1", "--reason"}), "--reason needs a value");
  EXPECT_EQ(fault({"inc_1", "--reason", "r", "--reason", "s"}), "--reason was given twice");
  EXPECT_EQ(fault({"inc_1", "--reason", "r", "--force"}), "unknown option: --force");
  EXPECT_EQ(fault({"inc_1", "--reason", "r", "--html=yes"}), "--html takes no value");
  EXPECT_EQ(fault({"a", "b", "c", "--reason", "r"}), "unexpected: c");
}

TEST(Commands, HaveUsagesThatCanBeRead) {
  for (const auto& command : commands()) {
    for (const auto& parameter : read_usage(command.usage)) {
      EXPECT_EQ(parameter.name.find_first_of("[]"), std::string::npos) << command.name;
      EXPECT_TRUE(parameter.is_option || !parameter.takes_value) << command.name;
    }
  }
}

}  // namespace
}  // namespace rescue::ctl
