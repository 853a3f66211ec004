#include "destination.hpp"

#include <gtest/gtest.h>

#include <latch>
#include <stdexcept>

namespace rescue::delivery {
namespace {

using Addresses = std::vector<std::string>;

Destination led_to(const Addresses& addresses, bool allow_private = false) {
  WebhookOptions options;
  options.allow_private_addresses = allow_private;
  options.lookup = [&](const std::string&) { return addresses; };
  return find_destination("hook.example.test", options,
                          std::chrono::steady_clock::now() + std::chrono::seconds(20));
}

TEST(Destination, TakesPublicAddressesInTheirOrder) {
  const Addresses addresses = {"2606:4700:4700::1111", "8.8.8.8"};
  EXPECT_EQ(led_to(addresses).addresses, addresses);
}

TEST(Destination, OnePrivateAddressSpoilsThemAll) {
  for (const auto& addresses : std::vector<Addresses>{
           {"10.0.0.8"}, {"8.8.8.8", "10.0.0.8"}, {"10.0.0.8", "8.8.8.8"}, {"8.8.8.8", ""}}) {
    const auto destination = led_to(addresses);
    EXPECT_TRUE(destination.addresses.empty());
    EXPECT_EQ(destination.failure.problem, "address-not-allowed");
    EXPECT_EQ(destination.failure.verdict, Verdict::kLater);
  }
}

TEST(Destination, APrivateAddressIsSeenInItsIpv6Disguises) {
  for (const auto* text : {"::1", "::ffff:10.0.0.8", "::ffff:7f00:1", "64:ff9b::a00:8", "64:ff9b:1::a00:8",
                           "2002:a00:8::", "2001:0:a00:8::", "::10.0.0.8", "fd00::8", "fe80::1%lo"}) {
    EXPECT_EQ(led_to({text}).failure.problem, "address-not-allowed") << text;
    EXPECT_EQ(led_to({"8.8.8.8", text}).failure.problem, "address-not-allowed") << text;
  }
}

TEST(Destination, PrivateAddressesAreTakenWhereTheyAreAllowed) {
  EXPECT_EQ(led_to({"10.0.0.8"}, true).addresses, Addresses{"10.0.0.8"});
}

TEST(Destination, ANameThatLeadsNowhereIsNotFound) {
  EXPECT_EQ(led_to({}).failure.problem, "name-not-found");
}

TEST(Destination, ALookupThatTakesTooLongIsLeftBehind) {
  std::latch may_end(1);
  std::latch has_ended(1);
  WebhookOptions options;
  options.lookup = [&](const std::string&) {
    may_end.wait();
    has_ended.count_down();
    return Addresses{"8.8.8.8"};
  };
  const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(50);
  EXPECT_EQ(find_destination("slow.example.test", options, until).failure.problem, "timed-out");
  may_end.count_down();
  has_ended.wait();
}

TEST(Destination, ALookupThatThrowsThrowsHere) {
  WebhookOptions options;
  options.lookup = [](const std::string&) -> Addresses { throw std::runtime_error("no memory"); };
  EXPECT_THROW(find_destination("x", options, std::chrono::steady_clock::now() + std::chrono::seconds(20)),
               std::runtime_error);
}

TEST(Destination, TheSystemReadsNumbersInAllTheirForms) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  for (const auto* host : {"localhost", "2130706433", "0x7f.1", "127.1", "0", "::1", "::ffff:127.0.0.1"}) {
    EXPECT_EQ(find_destination(host, {}, until).failure.problem, "address-not-allowed") << host;
  }
  EXPECT_EQ(find_destination("8.8.8.8", {}, until).addresses, Addresses{"8.8.8.8"});
}

}  // namespace
}  // namespace rescue::delivery
