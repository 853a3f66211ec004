// The shipped annexes against api/schemas, and the schemas against what the readers refuse.
#include <gtest/gtest.h>

#include "json_schema.hpp"
#include "rescue/catalog/testing/annex_room.hpp"

namespace rescue::contract {
namespace {

using catalog::testing::AnnexRoom;

const std::map<std::string, std::string> kSchemas = {
    {"prices.yaml", "prices"},
    {"out_of_hours.yaml", "surcharges"},
    {"special_work.yaml", "surcharges"},
    {"consents.yaml", "consents"},
    {"operating_systems.csv", "systems"},
    {"packages.csv", "systems"},
    {"documents.yaml", "documents"},
};

Json value_of(const std::string& file) {
  const AnnexRoom room;
  const auto parse = file.ends_with(".csv") ? catalog::parse_csv : catalog::parse_yaml;
  return parse(file, room.text(file))->value;
}

std::string fault(const std::string& file, const Json& value) {
  Documents documents(RESCUE_SOURCE_DIR "/api/schemas");
  const auto name = "annex-" + kSchemas.at(file) + ".schema.json";
  return schema_fault(documents, {name, &documents.document(name)}, value);
}

TEST(AnnexSchemas, FitEveryShippedAnnex) {
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(AnnexRoom::shipped())) {
    const auto file = entry.path().filename().string();
    ASSERT_TRUE(kSchemas.contains(file)) << file << " has no schema";
    EXPECT_EQ(fault(file, value_of(file)), "") << file;
    ++files;
  }
  EXPECT_EQ(files, kSchemas.size());
}

TEST(AnnexSchemas, RefuseWhatTheReadersRefuse) {
  for (const auto& [file, schema] : kSchemas) {
    auto value = value_of(file);
    value["discount"] = 1;
    EXPECT_NE(fault(file, value), "") << file;
  }
  auto prices = value_of("prices.yaml");
  prices["versions"][0]["lines"][0]["net_yen"] = "30000";
  EXPECT_NE(fault("prices.yaml", prices), "");
}

}  // namespace
}  // namespace rescue::contract
