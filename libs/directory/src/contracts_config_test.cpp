#include <gtest/gtest.h>

#include "rescue/directory/contracts.hpp"

namespace rescue::directory {
namespace {

std::string faults(const Json& contracts) {
  auto source = config::Source::from("intake", {{"contracts", contracts}}, {});
  read_contracts_config(*source);
  const auto finished = source->finish();
  return finished ? "" : finished.error().detail;
}

TEST(ContractsConfig, WantsAFileOrAnAddressWithItsToken) {
  EXPECT_EQ(faults({{"file", "/c.json"}}), "");
  EXPECT_EQ(faults({{"url", "http://127.0.0.1:1"}, {"token_file", "/t"}}), "");
  EXPECT_NE(faults(Json::object()).find("contracts.file"), std::string::npos);
  EXPECT_NE(faults({{"file", "/c"}, {"url", "http://x"}, {"token_file", "/t"}}).find("contracts.file"),
            std::string::npos);
  EXPECT_NE(faults({{"url", "http://127.0.0.1:1"}}).find("contracts.token_file"), std::string::npos);
  const Json https{{"url", "https://x"}, {"token_file", "/t"}};
  EXPECT_EQ(faults(https), "");
  auto with_ca = https;
  with_ca["ca_file"] = "/none";
  EXPECT_NE(faults(with_ca).find("cannot be read: /none"), std::string::npos);
  with_ca["url"] = "ftp://x";
  EXPECT_NE(faults(with_ca).find("http:// or https://"), std::string::npos);
  EXPECT_NE(faults({{"file", "/c"}, {"wait_ms", 0}}).find("contracts.wait_ms"), std::string::npos);
}

}  // namespace
}  // namespace rescue::directory
