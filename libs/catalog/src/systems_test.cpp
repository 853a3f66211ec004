#include <gtest/gtest.h>

#include <set>

#include "rescue/catalog/contracts.hpp"
#include "rescue/catalog/operating_systems.hpp"
#include "rescue/catalog/testing/annex_room.hpp"

namespace rescue::catalog {
namespace {

using testing::snapshot;

TEST(SupportedSystems, R7_TheDayOfEndOfSupportPassesTheNextDayDoesNot) {
  const auto annexes = snapshot();
  const auto at = [&](const char* time) {
    const auto day = day_in_tokyo(*parse_rfc3339(time));
    return annexes->operating_systems->find("debian-12", day)->in_support(day);
  };
  EXPECT_TRUE(at("2028-06-30T00:00:00+09:00"));
  EXPECT_TRUE(at("2028-06-30T23:59:59+09:00"));
  EXPECT_TRUE(at("2028-06-30T14:59:59Z")) << "the day is Tokyo's";
  EXPECT_FALSE(at("2028-06-30T15:00:00Z"));
  EXPECT_FALSE(at("2028-07-01T00:00:00+09:00"));
}

TEST(SupportedSystems, CoverTheVendorsAndSayWhatWasTested) {
  const auto annexes = snapshot();
  const auto listed = annexes->operating_systems->on(*parse_day("2026-09-18"));
  std::set<std::string> vendors;
  for (const auto* system : listed) {
    vendors.insert(system->os.substr(0, system->os.find('-')));
    EXPECT_FALSE(system->source.empty());
    EXPECT_EQ(system->tested, system->os == "debian-12" ? "verified" : "parsed_only") << system->os;
  }
  EXPECT_EQ(vendors,
            (std::set<std::string>{"almalinux", "amazon", "centos", "debian", "rhel", "rocky", "ubuntu"}));
}

TEST(SupportedSystems, R9_WhatIsNotListedIsNotFound) {
  const auto annexes = snapshot();
  EXPECT_EQ(annexes->operating_systems->find("plan9-4", *parse_day("2026-09-18")), nullptr);
  EXPECT_EQ(annexes->operating_systems->find("", *parse_day("2026-09-18")), nullptr);
  EXPECT_EQ(annexes->operating_systems->find("debian-12", *parse_day("2020-03-31")), nullptr);
}

TEST(SupportedSystems, PackagesAreListedBySystem) {
  const auto annexes = snapshot();
  const auto packages = annexes->packages->on(*parse_day("2026-09-18"));
  std::set<std::string> names;
  for (const auto* package : packages) names.insert(package->os + " " + package->package);
  EXPECT_TRUE(names.contains("debian-12 apache2"));
  EXPECT_EQ(to_json(*packages[0], *parse_day("2026-09-18"))["os"], "debian-12");
}

}  // namespace
}  // namespace rescue::catalog
