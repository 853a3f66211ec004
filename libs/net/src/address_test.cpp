#include "rescue/net/address.hpp"

#include <gtest/gtest.h>

#include <string>

namespace rescue::net {
namespace {

TEST(Address, TakesAddressesOfThePublicInternet) {
  for (const auto* text :
       {"8.8.8.8", "1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "172.15.255.255",
        "172.32.0.0", "192.167.255.255", "198.17.255.255", "198.20.0.0", "223.255.255.255",
        "2606:4700:4700::1111", "2001:4860:4860::8888", "::ffff:8.8.8.8", "64:ff9b::808:808"}) {
    EXPECT_TRUE(is_public_address(text)) << text;
  }
}

TEST(Address, RefusesEverySpecialNetworkAndItsDisguises) {
  for (const auto* text : {"0.0.0.0",
                           "10.0.0.1",
                           "100.64.0.1",
                           "100.127.255.255",
                           "127.0.0.1",
                           "127.255.255.255",
                           "169.254.169.254",
                           "172.16.0.1",
                           "172.31.255.255",
                           "192.0.0.1",
                           "192.0.2.1",
                           "192.168.0.1",
                           "198.18.0.1",
                           "198.19.255.255",
                           "198.51.100.1",
                           "203.0.113.1",
                           "224.0.0.1",
                           "255.255.255.255",
                           "::",
                           "::1",
                           "::ffff:127.0.0.1",
                           "::ffff:169.254.169.254",
                           "64:ff9b::a00:1",
                           "64:ff9b:1::1",
                           "fc00::1",
                           "fd12:3456::1",
                           "fe80::1",
                           "fec0::1",
                           "ff02::1",
                           "100::1",
                           "2001::1",
                           "2001:1ff::1",
                           "2001:db8::1",
                           "2002:7f00:1::",
                           "3fff::1",
                           "::7f00:1"}) {
    EXPECT_FALSE(is_public_address(text)) << text;
  }
  for (const auto* text : {"", "localhost", "8.8.8", "0x8.8.8.8", "010.8.8.8", "8.8.8.8 ", "fe80::1%lo"}) {
    EXPECT_FALSE(is_public_address(text)) << text << " is no address";
  }
}

TEST(Address, IsReadInOneSpellingOnly) {
  const auto text = [](const char* spelling) {
    const auto address = parse_address(spelling);
    return address ? to_text(*address) : "none";
  };
  EXPECT_EQ(text("192.0.2.10"), "192.0.2.10");
  EXPECT_EQ(text("::ffff:192.0.2.10"), "192.0.2.10") << "an IPv4-mapped address is the IPv4 address";
  EXPECT_EQ(text("::FFFF:c000:020a"), "192.0.2.10");
  EXPECT_EQ(text("2001:DB8:0::1"), "2001:db8::1");
  for (const auto* none : {"", "0x7f.1", "2130706433", "0177.0.0.1", "127.1", "fe80::1%lo", "192.0.2.10:25",
                           "[::1]", " 192.0.2.10", "192.0.2.10\n", "web01"}) {
    EXPECT_EQ(text(none), "none") << none;
  }
  EXPECT_FALSE(parse_address(std::string_view("192.0.2.10\0x", 12)));
}

TEST(Address, IsWithinTheNetworksThatAreAllowed) {
  const auto allowed = Networks::parse({"127.0.0.0/8", "192.0.2.10", "2001:db8::/33", "10.1.2.128/25"});
  ASSERT_TRUE(allowed);
  for (const auto* in :
       {"127.0.0.1", "127.255.0.1", "::ffff:127.0.0.1", "192.0.2.10", "2001:db8:7fff::1", "10.1.2.200"}) {
    EXPECT_TRUE(allowed->contains(*parse_address(in))) << in;
  }
  for (const auto* out : {"128.0.0.1", "192.0.2.11", "2001:db8:8000::1", "10.1.2.127", "::1"}) {
    EXPECT_FALSE(allowed->contains(*parse_address(out))) << out;
  }
  EXPECT_FALSE(Networks().contains(*parse_address("127.0.0.1")));
  for (const auto* bad : {"", "127.0.0.1/8", "127.0.0.0/33", "::/129", "127.0.0.0/", "127.0.0.0/8x", "lan"}) {
    EXPECT_FALSE(Networks::parse({bad})) << bad;
  }
}

}  // namespace
}  // namespace rescue::net
