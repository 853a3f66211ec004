// The mails of tests/complaints against their truth.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "rescue/complaint/complaint.hpp"

namespace rescue::complaint {
namespace {

const std::string kFolder = RESCUE_SOURCE_DIR "/tests/complaints/";

std::string file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

TEST(ComplaintMails, SayWhatTheirTruthSays) {
  const auto truth = *parse_json(file(kFolder + "truth.json"));
  const auto ours = *net::Networks::parse(truth["networks"].get<std::vector<std::string>>());
  ASSERT_EQ(truth["mails"].size(), 60U);
  for (const auto& [name, expected] : truth["mails"].items()) {
    EXPECT_EQ(to_json(read_complaint(file(kFolder + "mails/" + name + ".eml"), ours)), expected) << name;
  }
}

}  // namespace
}  // namespace rescue::complaint
