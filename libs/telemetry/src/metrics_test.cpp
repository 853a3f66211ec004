#include "rescue/telemetry/metrics.hpp"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>
#include <thread>

namespace rescue::telemetry {
namespace {

using testing::HasSubstr;

TEST(Metrics, AreWrittenAsExpositionText) {
  Metrics metrics;
  metrics.counter("rescue_things_total", "Things", {{"kind", "a"}}).add(2);
  metrics.gauge("rescue_depth", "Depth").set(-1.5);
  metrics.histogram("rescue_wait_seconds", "Wait").observe(0.02);
  const auto text = metrics.text();
  EXPECT_THAT(text, HasSubstr("# HELP rescue_things_total Things\n"));
  EXPECT_THAT(text, HasSubstr("rescue_things_total{kind=\"a\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("rescue_depth -1.5\n"));
  EXPECT_THAT(text, HasSubstr("rescue_wait_seconds_bucket{le=\"0.025\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("rescue_build_info{compiler=\"g++ "));
}

TEST(Metrics, TheSameNameAndLabelsGiveTheSameMetric) {
  Metrics metrics;
  auto first = metrics.counter("rescue_x_total", "X", {{"a", "1"}});
  metrics.counter("rescue_x_total", "X", {{"a", "1"}}).add();
  EXPECT_EQ(first.value(), 1);
  Counter nowhere;
  nowhere.add();
  EXPECT_EQ(nowhere.value(), 0);
}

TEST(Metrics, LabelSetsAreBounded) {
  Metrics metrics;
  for (int i = 0; i < 1'000; ++i) {
    metrics.counter("rescue_x_total", "X", {{"path", std::to_string(i)}, {"b", "2"}}).add();
  }
  EXPECT_EQ(metrics.counter("rescue_x_total", "X", {{"path", "other"}, {"b", "other"}}).value(), 800);
  EXPECT_EQ(metrics.counter("rescue_x_total", "X", {{"path", "7"}, {"b", "2"}}).value(), 1);
}

TEST(Metrics, GaugesAreRefreshedBeforeAScrapeAndAFailureCostsOnlyItself) {
  Metrics metrics;
  auto depth = metrics.gauge("rescue_depth", "Depth");
  metrics.before_scrape([] { throw std::runtime_error("no database"); });
  metrics.before_scrape([&] { depth.set(7); });
  const auto text = metrics.text();
  EXPECT_THAT(text, HasSubstr("rescue_depth 7\n"));
  EXPECT_THAT(metrics.text(), HasSubstr("rescue_metrics_refresh_failures_total 2\n"));
}

TEST(Metrics, AreCountedFromManyThreads) {
  Metrics metrics;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 500; ++i)
        metrics.counter("rescue_x_total", "X", {{"n", std::to_string(i % 3)}}).add();
    });
  }
  for (auto& thread : threads) thread.join();
  double sum = 0;
  for (const auto* n : {"0", "1", "2"}) sum += metrics.counter("rescue_x_total", "X", {{"n", n}}).value();
  EXPECT_EQ(sum, 2'000);
}

std::string fetch(int port, const std::string& path) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<std::uint16_t>(port));
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(::connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof to), 0);
  const auto request = "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
  EXPECT_EQ(::write(fd, request.data(), request.size()), static_cast<ssize_t>(request.size()));
  std::string out(64 * 1024, '\0');
  std::size_t size = 0;
  for (ssize_t n = 0; (n = ::read(fd, out.data() + size, out.size() - size)) > 0;)
    size += static_cast<std::size_t>(n);
  ::close(fd);
  return out.substr(0, size);
}

TEST(Exposer, ServesMetricsOnAPortOfItsOwn) {
  Metrics metrics;
  metrics.counter("rescue_x_total", "X").add(3);
  const Exposer exposer("127.0.0.1", 0, metrics);
  ASSERT_GT(exposer.port(), 0);
  EXPECT_THAT(fetch(exposer.port(), "/metrics"), HasSubstr("rescue_x_total 3\n"));
  EXPECT_THROW(Exposer("127.0.0.1", exposer.port(), metrics), std::runtime_error);
}

}  // namespace
}  // namespace rescue::telemetry
