#include "rescue/catalog/contracts.hpp"

#include <gtest/gtest.h>

namespace rescue::catalog {
namespace {

const std::string kExample = RESCUE_SOURCE_DIR "/libs/catalog/data/contracts.example.json";

Timestamp at(const char* text) {
  return *parse_rfc3339(text);
}

Json server(const std::string& id, const std::string& address, const Json& from, const Json& to) {
  return {{"id", id},        {"customer", "C-1"}, {"addresses", {address}},
          {"hostname", "h"}, {"os", "debian-12"}, {"contract", {{"from", from}, {"to", to}}}};
}

Result<ContractDirectory> parse(std::vector<Json> servers) {
  return ContractDirectory::parse({{"servers", std::move(servers)}});
}

TEST(ContractDirectory, LoadsTheShippedExample) {
  const auto directory = ContractDirectory::load(kExample);
  ASSERT_TRUE(directory) << directory.error().detail;
  const auto found = directory->by_id("srv-1001", at("2026-09-18T03:00:00Z"));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->customer, "C-1001");
}

TEST(ContractDirectory, R6_RefusesAnUnknownServer) {
  const auto found = ContractDirectory::load(kExample)->by_id("srv-9999", at("2026-09-18T03:00:00Z"));
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().problem, "not-under-contract");
}

TEST(ContractDirectory, R6_RefusesAnEndedContractWithTheReason) {
  const auto found = ContractDirectory::load(kExample)->by_id("srv-1009", at("2026-09-18T03:00:00Z"));
  ASSERT_FALSE(found);
  EXPECT_NE(found.error().detail.find("ended on 2025-03-31"), std::string::npos);
}

TEST(ContractDirectory, R6_LastDayCountsInTokyoTime) {
  const auto directory = parse({server("a", "192.0.2.1", "2025-01-10", "2025-01-20")});
  ASSERT_TRUE(directory);
  EXPECT_FALSE(directory->by_id("a", at("2025-01-09T14:59:59Z")));
  EXPECT_TRUE(directory->by_id("a", at("2025-01-09T15:00:00Z")));
  EXPECT_TRUE(directory->by_id("a", at("2025-01-20T14:59:59Z")));
  EXPECT_FALSE(directory->by_id("a", at("2025-01-20T15:00:00Z")));
}

TEST(ContractDirectory, FindsAServerByAnySpellingOfItsAddress) {
  const auto directory = ContractDirectory::load(kExample);
  const auto now = at("2026-09-18T03:00:00Z");
  for (const auto* spelling : {"192.0.2.10", "::ffff:192.0.2.10", "2001:DB8:0:0::10"}) {
    const auto found = directory->by_address(spelling, now);
    ASSERT_TRUE(found) << spelling;
    EXPECT_EQ(found->server_id, "srv-1001");
  }
  EXPECT_EQ(directory->by_address("192.0.2", now).error().problem, "bad-address");
  EXPECT_EQ(directory->by_address(std::string("192.0.2.10\0x", 12), now).error().problem, "bad-address");
  EXPECT_EQ(directory->by_address("192.0.2.11", now).error().problem, "not-under-contract");
}

TEST(ContractDirectory, AnAddressMayMoveToAnotherServer) {
  const auto directory = parse({server("old", "192.0.2.1", "2020-01-01", "2024-12-31"),
                                server("new", "192.0.2.1", "2025-01-01", nullptr)});
  ASSERT_TRUE(directory);
  EXPECT_EQ(directory->by_address("192.0.2.1", at("2024-06-01T00:00:00Z"))->server_id, "old");
  EXPECT_EQ(directory->by_address("192.0.2.1", at("2025-06-01T00:00:00Z"))->server_id, "new");
}

TEST(ContractDirectory, RefusesAnAddressHeldTwiceAtTheSameTime) {
  const auto directory = parse({server("a", "192.0.2.1", "2020-01-01", nullptr),
                                server("b", "::ffff:192.0.2.1", "2025-01-01", nullptr)});
  ASSERT_FALSE(directory);
  EXPECT_EQ(directory.error().pointer, "/servers/1/addresses");
}

TEST(ContractDirectory, NamesThePlaceOfAFault) {
  const auto pointer = [](Json entry) {
    const auto directory = parse({server("ok", "192.0.2.200", "2020-01-01", nullptr), std::move(entry)});
    return directory ? std::string("accepted") : directory.error().pointer;
  };
  EXPECT_EQ(pointer(server("a", "192.0.2.1", "2025-02-30", nullptr)), "/servers/1/contract/from");
  EXPECT_EQ(pointer(server("a", "192.0.2.1", "2025-02-01", "2025-01-31")), "/servers/1/contract/to");
  EXPECT_EQ(pointer(server("a", "web01", "2025-02-01", nullptr)), "/servers/1/addresses");
  EXPECT_EQ(pointer(server("../etc", "192.0.2.1", "2025-02-01", nullptr)), "/servers/1/id");
  EXPECT_EQ(pointer(server("ok", "192.0.2.1", "2025-02-01", nullptr)), "/servers/1/id");
  auto extra = server("a", "192.0.2.1", "2025-02-01", nullptr);
  extra["contrakt"] = 1;
  EXPECT_EQ(pointer(extra), "/servers/1/contrakt");
  EXPECT_FALSE(ContractDirectory::parse({{"servers", 1}}));
  EXPECT_FALSE(ContractDirectory::parse(Json::array()));
}

TEST(ContractDirectory, NamesAFileThatCannotBeRead) {
  const auto directory = ContractDirectory::load("/nonexistent/contracts.json");
  ASSERT_FALSE(directory);
  EXPECT_NE(directory.error().detail.find("/nonexistent/contracts.json"), std::string::npos);
}

}  // namespace
}  // namespace rescue::catalog
