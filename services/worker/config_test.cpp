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
  EXPECT_EQ(config->ssh_silence, std::chrono::seconds(60));
}

TEST(WorkerConfig, TheResponderLiesBesideTheProbeUnlessItIsSaidWhere) {
  Json file = example();
  file.erase("responder");
  file["probe"]["path"] = "/opt/rescue/rescue-probe";
  EXPECT_EQ(read(file)->responder_path, "/opt/rescue/rescue-responder");
}

TEST(WorkerConfig, NamesEveryFaultAtOnce) {
  Json file = example();
  file["probe"]["path"] = "rescue-probe";
  file["jobs"]["concurrency"] = 0;
  file["ssh"]["silence_s"] = 4;
  file["outside"]["allow"] = "127.0.0.1/8";
  file["outside"]["sender"] = "a b@example.com";
  file["disks"].erase("dir");
  const auto config = read(file);
  ASSERT_FALSE(config);
  for (const char* key :
       {"probe.path", "jobs.concurrency", "disks.dir", "outside.allow", "outside.sender", "ssh.silence_s"}) {
    EXPECT_NE(config.error().detail.find(key), std::string::npos) << config.error().detail;
  }
}

TEST(WorkerConfig, NetworksThatMayBeLookedAtAreAListWithCommas) {
  Json file = example();
  file["outside"]["allow"] = "127.0.0.0/8, 2001:db8::/32";
  const auto config = read(file);
  ASSERT_TRUE(config) << config.error().detail;
  EXPECT_TRUE(config->outside.allow.contains(*net::parse_address("127.0.0.1")));
  EXPECT_TRUE(config->outside.allow.contains(*net::parse_address("2001:db8::1")));
  EXPECT_FALSE(config->outside.allow.contains(*net::parse_address("10.0.0.1")));
}

}  // namespace
}  // namespace rescue::worker
