// What a hostile server puts in place of a file of a daemon's is not waited for.
#include "processes.hpp"

#include <gtest/gtest.h>

#include "recovery_testing.hpp"

namespace rescue::recovery {
namespace {

TEST(Processes, AFifoInPlaceOfEximsFileIsNotWaitedFor) {
  const testing::TestServer server;
  server.write("/run/exim4/x", "");
  ASSERT_EQ(::mkfifo(server.path("/run/exim4/exim.pid").c_str(), 0644), 0);
  constexpr unsigned kPatienceS = 20;
  ::alarm(kPatienceS);  // who waits for it is ended
  EXPECT_TRUE(end_processes(server.files(), {.why = "it reads its settings", .ends = "reload-exim"}).empty());
  ::alarm(0);
}

TEST(Processes, WhoLoggedInIsAmongThoseAboveUs) {
  const testing::TestServer server;
  const auto own = "/proc/" + std::to_string(::getpid());
  server.write(own + "/loginuid", "1001");
  server.write(own + "/status", "Name:\tx\nPPid:\t7\n");
  server.write("/proc/7/status", "Name:\tsh\nPPid:\t1\n");
  server.give_to(1002, "/proc/7");
  const auto users = users_above(server.files());
  EXPECT_TRUE(users.contains(1001));
  EXPECT_EQ(users.contains(1002), ::geteuid() == 0);
  server.write(own + "/loginuid", "4294967295");
  EXPECT_FALSE(users_above(server.files()).contains(1001)) << "nobody logged in";
}

}  // namespace
}  // namespace rescue::recovery
