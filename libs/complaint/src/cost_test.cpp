// Mails that were made to keep the reader busy: what they cost of the processor.
#include <gtest/gtest.h>

#include <ctime>

#include "rescue/complaint/complaint.hpp"

namespace rescue::complaint {
namespace {

constexpr std::size_t kMailMax = 262'144;

/// The seconds of the processor; other work on the machine does not count.
double seconds_for(const std::string& text) {
  const auto ours = *net::Networks::parse({"192.0.2.0/24"});
  const auto mail = "From: desk@reports.example\nSubject: report\nContent-Type: text/plain\n\n" + text + "\n";
  const auto begin = std::clock();
  (void)read_complaint(mail, ours);
  return static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
}

TEST(Cost, OfALineOfBlanksIsItsLength) {
  EXPECT_LT(seconds_for("spam\n" + std::string(kMailMax - 200, ' ')), 1.0);
  EXPECT_LT(seconds_for("spam\n> " + std::string(kMailMax - 200, ' ')), 1.0);
}

TEST(Cost, OfManyUrlsAtTheEndOfALongLineIsTheirNumber) {
  std::string text = "phishing\n";
  while (text.size() < kMailMax - 22'000) text += "word ";
  for (int i = 0; i < 1'000; ++i) text += "http://a" + std::to_string(i) + ".example/ ";
  EXPECT_LT(seconds_for(text), 1.0);
}

TEST(Cost, OfManyUrlsBelowManyBlankLinesIsTheirNumber) {
  std::string text = "phishing\n" + std::string(kMailMax / 2, '\n');
  for (int i = 0; i < 1'000; ++i) text += "\n\nhttp://a" + std::to_string(i) + ".example/\n";
  EXPECT_LT(seconds_for(text), 1.0);
}

}  // namespace
}  // namespace rescue::complaint
