#include "rescue/log/logger.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <thread>

namespace rescue::log {
namespace {

/// A file without a name that a logger writes to, and what it wrote.
class Written {
 public:
  Written() : file_(std::tmpfile()), fd_(::fileno(file_)) {}
  ~Written() { std::fclose(file_); }
  int fd() const { return fd_; }
  std::vector<std::string> lines() const {
    std::string all(static_cast<std::size_t>(::lseek(fd_, 0, SEEK_END)), '\0');
    EXPECT_EQ(::pread(fd_, all.data(), all.size(), 0), static_cast<ssize_t>(all.size()));
    std::vector<std::string> out;
    for (std::size_t at = 0; at < all.size();) {
      const auto end = all.find('\n', at);
      out.push_back(all.substr(at, end - at));
      at = end + 1;
    }
    return out;
  }

 private:
  std::FILE* file_;
  int fd_;
};

class LoggerTest : public testing::Test {
 protected:
  Written out;
  ManualClock clock{from_us(1'700'000'000'123'000)};
  Logger log{{.service = "intake", .fd = out.fd()}, clock};
};

TEST_F(LoggerTest, LinesOfALoopAreWrittenTogetherAtItsEnd) {
  {
    const Logger::Together together(log);
    log.info("first");
    log.info("second", JsonObjectText().text("report_id", "rpt_1"));
    std::thread([this] { log.info("another_thread"); }).join();
    EXPECT_EQ(out.lines().size(), 1U);
  }
  ASSERT_EQ(out.lines().size(), 3U);
  EXPECT_EQ(parse_json(out.lines()[1])->at("event"), "first");
  EXPECT_EQ(parse_json(out.lines()[2])->at("report_id"), "rpt_1");
  log.info("after");
  EXPECT_EQ(out.lines().size(), 4U);
}

TEST_F(LoggerTest, FieldsThatAreTextAlreadyAreEscapedAsOthersAre) {
  log.info("event", JsonObjectText().text("name", "不正\n").integer("n", 1));
  log.info("event", Json{{"name", "不正\n"}, {"n", 1}});
  EXPECT_EQ(out.lines()[0].find("不"), std::string::npos);
  EXPECT_EQ(*parse_json(out.lines()[0]), *parse_json(out.lines()[1]));
}

TEST_F(LoggerTest, WritesOneJsonLinePerEvent) {
  log.info("report.accepted", {{"incident_id", "inc_1"}, {"duration_ms", 5}});
  log.debug("not.shown");
  log.error("broken");
  const auto lines = out.lines();
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0], R"({"time":"2023-11-14T22:13:20.123Z","level":"info","service":"intake",)"
                      R"("event":"report.accepted","duration_ms":5,"incident_id":"inc_1"})");
  EXPECT_EQ(parse_json(lines[1])->at("level"), "error");
}

TEST_F(LoggerTest, HostileBytesCannotForgeALineOrReachTheTerminal) {
  log.info("seen", {{"path", "a\n{\"event\":\"forged\"}\x1b[2J\xff\x7f\xc2\x9b\xe2\x80\xae"}});
  const auto lines = out.lines();
  ASSERT_EQ(lines.size(), 1U);
  for (const char c : lines[0]) EXPECT_TRUE(c >= 0x20 && c <= 0x7f) << static_cast<int>(c);
  EXPECT_TRUE(parse_json(lines[0]));
}

TEST_F(LoggerTest, AFieldCannotReplaceTheLoggersOwn) {
  log.info("seen", {{"event", "forged"}, {"service", "forged"}});
  const auto line = parse_json(out.lines()[0]);
  ASSERT_TRUE(line);
  EXPECT_EQ(line->at("event"), "seen");
  EXPECT_EQ(line->at("event_"), "forged");
}

TEST_F(LoggerTest, LongLinesStayValidJsonAndKeepTheirIds) {
  log.info("long", {{"incident_id", "inc_1"}, {"text", std::string(100'000, 'x')}});
  Json many = {{"incident_id", "inc_1"}};
  for (int i = 0; i < 5'000; ++i) many["field" + std::to_string(i)] = i;
  log.info("wide", many);
  const auto lines = out.lines();
  ASSERT_EQ(lines.size(), 2U);
  for (const auto& line : lines) {
    EXPECT_LE(line.size(), 16U * 1024);
    const auto parsed = parse_json(line);
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->at("incident_id"), "inc_1");
  }
}

TEST_F(LoggerTest, LinesOfSeveralThreadsDoNotMix) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([this] {
      for (int i = 0; i < 200; ++i) log.info("tick", {{"text", std::string(5'000, 'y')}});
    });
  }
  for (auto& thread : threads) thread.join();
  const auto lines = out.lines();
  EXPECT_EQ(lines.size(), 800U);
  for (const auto& line : lines) EXPECT_TRUE(parse_json(line));
}

TEST(Level, IsReadByName) {
  EXPECT_EQ(*parse_level("warn"), Level::kWarn);
  EXPECT_FALSE(parse_level("WARN"));
}

}  // namespace
}  // namespace rescue::log
