#include "rescue/service/annex_watch.hpp"

#include <gtest/gtest.h>

#include "rescue/catalog/testing/annex_room.hpp"
#include "test_parts.hpp"

namespace rescue::service {
namespace {

using namespace testing;
using catalog::testing::AnnexRoom;

class AnnexWatch : public ::testing::Test {
 protected:
  AnnexWatch() : service(room.config("pricing", redis.options()), kLedger, clock) {}

  Json ready() {
    const auto answer = room.client(service.http_port()).get("/readyz");
    return answer ? *parse_json(answer->body) : Json::object();
  }
  bool metric_is(const std::string& line) {
    return service.metrics().text().find(line + "\n") != std::string::npos;
  }

  Room room;
  AnnexRoom annexes;
  queue::testing::RedisServer redis;
  SystemClock clock;
  catalog::AnnexFolder folder{annexes.path()};
  Service service;
};

TEST_F(AnnexWatch, R9_ABrokenFileIsAWarningAndAMetricAndTheServiceStaysReady) {
  watch_annexes(service, folder, {annexes.path(), std::chrono::milliseconds(20)});
  service.start();
  ASSERT_TRUE(reaches([&] { return ready().value("ready", false); }));
  EXPECT_EQ(ready()["warnings"], Json::array());
  EXPECT_TRUE(metric_is(R"(rescue_annex_broken{annex="prices"} 0)"));

  annexes.edit("prices.yaml", "tax_percent: 10", "tax_percent: ten");
  ASSERT_TRUE(reaches([&] { return ready()["warnings"].size() == 1; }));
  const auto report = ready();
  EXPECT_TRUE(report["ready"]);
  EXPECT_EQ(report["warnings"][0]["name"], "annex prices");
  EXPECT_NE(report["warnings"][0]["why"].get<std::string>().find("prices.yaml:8: "), std::string::npos)
      << report;
  EXPECT_TRUE(reaches([&] { return metric_is(R"(rescue_annex_broken{annex="prices"} 1)"); }));

  annexes.edit("prices.yaml", "tax_percent: ten", "tax_percent: 10");
  EXPECT_TRUE(reaches([&] { return metric_is(R"(rescue_annex_broken{annex="prices"} 0)"); }));
  EXPECT_EQ(ready()["warnings"], Json::array());
  service.stop();
}

TEST_F(AnnexWatch, R9_AFileThatIsBrokenAtTheStartEndsTheStart) {
  annexes.write("packages.csv", "os\n");
  EXPECT_THROW(watch_annexes(service, folder, {annexes.path(), std::chrono::milliseconds(20)}),
               std::runtime_error);
}

}  // namespace
}  // namespace rescue::service
