#include "config.hpp"

#include <gtest/gtest.h>

#include "testing.hpp"

namespace rescue::worker {
namespace {

Json example() {
  return parse_json(testing::read_file(RESCUE_SOURCE_DIR "/services/worker/worker.example.json")).value();
}

Result<Config> read(const Json& file) {
  auto source = config::Source::from("worker", file, {});
  return read_config(source.value());
}

TEST(WorkerConfig, TheShippedExampleLoads) {
  const auto config = read(example());
  ASSERT_TRUE(config) << config.error().detail;
  EXPECT_EQ(config->service.http_port, 8104);
  EXPECT_EQ(config->investigation.wall, std::chrono::seconds(1'800));
  EXPECT_EQ(config->precheck.wall, std::chrono::seconds(300));
  EXPECT_EQ(config->investigation.memory_bytes, 2ULL << 30U);
}

TEST(WorkerConfig, NamesEveryFaultAtOnce) {
  Json file = example();
  file["probe"]["path"] = "rescue-probe";
  file["jobs"]["concurrency"] = 0;
  file["disks"].erase("dir");
  const auto config = read(file);
  ASSERT_FALSE(config);
  for (const char* key : {"probe.path", "jobs.concurrency", "disks.dir"}) {
    EXPECT_NE(config.error().detail.find(key), std::string::npos) << config.error().detail;
  }
}

}  // namespace
}  // namespace rescue::worker
