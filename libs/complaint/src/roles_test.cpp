// Who attacks and who is attacked.
#include "roles.hpp"

#include <gtest/gtest.h>

namespace rescue::complaint {
namespace {

const net::Networks kOurs = *net::Networks::parse({"198.51.100.0/24"});

/// Whom a mail of this text accuses, or why a person has to read it.
std::string accused(const std::string& text) {
  const auto read = read_complaint(
      "From: desk@reports.example\nSubject: report\nContent-Type: text/plain\n\n" + text + "\n", kOurs);
  return std::string(read.to_person ? to_string(*read.to_person) : read.server.text);
}

bool target(const std::string& text) {
  const auto found = find_addresses(text);
  return found.size() == 1 && is_target(text, found.front());
}

TEST(Roles, OfTheAttackedAreToldFromThoseOfTheAttacker) {
  for (const auto* text : {"attempts to 192.0.2.1", "attack against your host 192.0.2.1", "dst_ip=192.0.2.1",
                           "Target: 192.0.2.1", "-> 192.0.2.1:22", "192.0.2.1 is being attacked",
                           "192.0.2.1 への攻撃", "scanned 192.0.2.1"}) {
    EXPECT_TRUE(target(text)) << text;
  }
  for (const auto* text :
       {"attempts from 192.0.2.1", "your server 192.0.2.1", "src=192.0.2.1", "192.0.2.1:4000 ->",
        "open relay on 192.0.2.1", "192.0.2.1 からの攻撃", "192.0.2.1 attacks us"}) {
    EXPECT_FALSE(target(text)) << text;
  }
}

TEST(Roles, AreReadFromWhatIsSaidOfTheAddress) {
  for (const auto* text :
       {"scanning your customer's server 198.51.100.7", "It scans 198.51.100.7",
        "floods your site at 198.51.100.7", "hitting customers' servers 198.51.100.7",
        "198.51.100.7 is being scanned", "198.51.100.7 was flooded", "198.51.100.7 has been targeted",
        "198.51.100.7 is the target", "198.51.100.7 is a victim", "198.51.100.7 was port scanned",
        "198.51.100.7 is currently under attack"}) {
    EXPECT_TRUE(target(text)) << text;
  }
  for (const auto* text : {"port scans: 198.51.100.7", "198.51.100.7 is the attack source",
                           "198.51.100.7 has scanned us", "attack by your customer's server 198.51.100.7"}) {
    EXPECT_FALSE(target(text)) << text;
  }
}

TEST(Roles, ThatNothingSaysBesideAnotherAddressAreForAPerson) {
  for (const auto* text : {"Host 203.0.113.9 is port scanning your customer's server 198.51.100.7.",
                           "Host 203.0.113.9 is port scanning\nyour customer's server 198.51.100.7.",
                           "A port scan: 203.0.113.9, and in your network 198.51.100.7.",
                           "The port scan of 203.0.113.9\nreaches into your network, mostly 198.51.100.7.",
                           "198.51.100.7 gets a port scan that 203.0.113.9 began.",
                           "198.51.100.7 is receiving a port scan from 203.0.113.9.",
                           "A port scan, seen by 198.51.100.7, from 203.0.113.9.",
                           "A port scan from 203.0.113.9 to your servers 198.51.100.7 and 198.51.100.8.",
                           "198.51.100.7 was port scanned by 203.0.113.9.",
                           "198.51.100.7 scanned by 203.0.113.9: a port scan."}) {
    EXPECT_EQ(accused(text), "no_server") << text;
  }
}

TEST(Roles, ThatAreSaidAreReadBesideAnotherAddress) {
  for (const auto* text :
       {"198.51.100.7 is port scanning our server 203.0.113.9.",
        "Your server 198.51.100.7 has been\nscanning 203.0.113.9: a port scan.",
        "Our server 203.0.113.9 saw a port scan from your customer's server 198.51.100.7.",
        "A port scan from host.example [198.51.100.7] to 203.0.113.9.",
        "port scan: SRC=198.51.100.7 DST=203.0.113.9", "port scan: 198.51.100.7:4000 -> 203.0.113.9:22",
        "A port scan:\n2026-09-17 11:00:00 198.51.100.7\n2026-09-17 11:00:01 203.0.113.77",
        "A port scan by 198.51.100.7. Our sensor is 203.0.113.9."}) {
    EXPECT_EQ(accused(text), "198.51.100.7") << text;
  }
}

}  // namespace
}  // namespace rescue::complaint
