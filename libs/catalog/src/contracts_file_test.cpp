#include "rescue/catalog/contracts_file.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "rescue/base/id.hpp"

namespace rescue::catalog {
namespace {

const Timestamp kNow = *parse_rfc3339("2026-09-18T03:00:00Z");

class ContractsFileTest : public ::testing::Test {
 protected:
  ContractsFileTest() { put(holder("C-1")); }
  ~ContractsFileTest() override { std::filesystem::remove(path_); }

  static std::string holder(const std::string& customer) {
    return dump_json({{"servers",
                       {{{"id", "srv-1"},
                         {"customer", customer},
                         {"addresses", {"192.0.2.1"}},
                         {"hostname", "Web.example.net"},
                         {"contract", {{"from", "2024-01-01"}, {"to", nullptr}}}}}}});
  }
  /// As an editor or a deployment does it: a new file in the old one's place.
  void put(const std::string& text) {
    std::ofstream(path_ + ".new") << text;
    std::filesystem::rename(path_ + ".new", path_);
  }
  std::string customer(const ServerKey& key) {
    const auto found = find_at_hand(*contracts(), key, kNow);
    return found ? found->customer : found.error().problem;
  }
  ContractsFile* contracts() {
    if (!contracts_) contracts_ = *ContractsFile::open(path_);
    return contracts_.get();
  }

  std::string path_ = (std::filesystem::temp_directory_path() / ("contracts_" + random_hex(8))).string();
  std::unique_ptr<ContractsFile> contracts_;
};

TEST_F(ContractsFileTest, R6_AnswersByIdAddressAndHostName) {
  EXPECT_EQ(customer(ServerKey::id("srv-1")), "C-1");
  EXPECT_EQ(customer(*ServerKey::address("::ffff:192.0.2.1")), "C-1");
  EXPECT_EQ(customer(*ServerKey::hostname("WEB.example.NET.")), "C-1");
  EXPECT_EQ(customer(*ServerKey::hostname("web")), "not-under-contract");
  EXPECT_EQ(customer(ServerKey::id("srv-2")), "not-under-contract");
}

TEST_F(ContractsFileTest, IsReadAgainWhenItHasChanged) {
  ASSERT_EQ(customer(ServerKey::id("srv-1")), "C-1");
  EXPECT_FALSE(*contracts()->refresh());
  put(holder("C-22"));
  EXPECT_TRUE(*contracts()->refresh());
  EXPECT_EQ(customer(ServerKey::id("srv-1")), "C-22");
  EXPECT_FALSE(*contracts()->refresh());
}

TEST_F(ContractsFileTest, ABrokenOrMissingFileLeavesTheLastGoodOneInForceAndIsNamed) {
  ASSERT_EQ(customer(ServerKey::id("srv-1")), "C-1");
  EXPECT_FALSE(contracts()->broken());
  put("{\"servers\": [\n  {\"id\": \"srv-1\"}\n]}");
  for (int look = 0; look < 2; ++look) {
    const auto broken = contracts()->refresh();
    ASSERT_FALSE(broken);
    EXPECT_EQ(broken.error().detail.rfind(path_ + ":2: /servers/0", 0), 0U) << broken.error().detail;
    EXPECT_EQ(contracts()->broken(), broken.error().detail);
    EXPECT_EQ(customer(ServerKey::id("srv-1")), "C-1");
  }
  std::filesystem::remove(path_);
  EXPECT_FALSE(contracts()->refresh());
  EXPECT_EQ(customer(ServerKey::id("srv-1")), "C-1");
  put(holder("C-1"));
  EXPECT_TRUE(*contracts()->refresh());
}

TEST_F(ContractsFileTest, AHostNameOfTwoServersNamesNeither) {
  auto file = *parse_json(holder("C-1"));
  file["servers"].push_back(file["servers"][0]);
  file["servers"][1]["id"] = "srv-2";
  file["servers"][1]["addresses"] = {"192.0.2.2"};
  put(dump_json(file));
  EXPECT_EQ(customer(*ServerKey::hostname("web.example.net")), "ambiguous-hostname");
}

TEST(ServerKey, RefusesWhatIsNoHostName) {
  for (const auto* text : {"", ".", "a..b", "-a", "a b", "a/b", "caf\xc3\xa9"}) {
    EXPECT_FALSE(ServerKey::hostname(text)) << text;
  }
  EXPECT_FALSE(ServerKey::hostname(std::string(254, 'a')));
}

}  // namespace
}  // namespace rescue::catalog
