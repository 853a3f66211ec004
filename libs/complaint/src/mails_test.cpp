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

/// As intake reads them where no setting names our networks: a directory knows some of their addresses.
TEST(ComplaintMails, SayTheSameWhereOnlyTheAddressesThatADirectoryKnowsAreOurs) {
  const auto truth = *parse_json(file(kFolder + "truth.json"));
  const auto networks = *net::Networks::parse(truth["networks"].get<std::vector<std::string>>());
  int read = 0;
  for (const auto& [name, expected] : truth["mails"].items()) {
    const auto mail = file(kFolder + "mails/" + name + ".eml");
    const auto named = addresses_named(mail, 32);
    ASSERT_TRUE(named) << name;
    std::vector<std::string> known;
    for (const auto& address : *named) {
      if (may_hold(networks, address)) known.push_back(address);
    }
    if (known.empty()) continue;
    EXPECT_EQ(to_json(read_complaint(mail, *net::Networks::parse(known))), expected) << name;
    ++read;
  }
  EXPECT_GT(read, 40);
}

TEST(ComplaintMails, NameNoMoreAddressesThanCanBeAskedAbout) {
  const std::string mail = "Subject: scan\r\n\r\n192.0.2.1 192[.]0[.]2[.]2\n> 2001:DB8::3\n192.0.2.1\n";
  EXPECT_EQ(addresses_named(mail, 3), (std::vector<std::string>{"192.0.2.1", "192.0.2.2", "2001:db8::3"}));
  EXPECT_FALSE(addresses_named(mail, 2));
}

}  // namespace
}  // namespace rescue::complaint
