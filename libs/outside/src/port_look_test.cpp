#include <sys/eventfd.h>

#include "rescue/outside/testing/scripted_server.hpp"

namespace rescue::outside {
namespace {

using testing::look;
using testing::options_here;
using testing::Peer;
using testing::ScriptedServer;

incident::Complaint port(int number, const char* protocol = "tcp") {
  return {.kind = "open_port", .url = {}, .port = number, .protocol = protocol};
}

TEST(PortLook, AnOpenPortIsConfirmedWithItsFirstWords) {
  ScriptedServer redis([](Peer& peer) { peer.say("-ERR \x07\r\n"); });
  const auto check = look(port(redis.port()));
  EXPECT_EQ(check.answer, Answer::kConfirmed);
  EXPECT_EQ(check.seen["banner"], "-ERR \\x07\\x0d\\x0a");
  ScriptedServer silent([](Peer& peer) { peer.wait_for_end(); });
  const auto mute = look(port(silent.port()));
  EXPECT_EQ(mute.answer, Answer::kConfirmed);
  EXPECT_EQ(mute.why, "the port is open");
}

TEST(PortLook, AClosedPortIsNotReproduced) {
  int closed = 0;
  {
    const ScriptedServer was([](Peer&) {});
    closed = was.port();
  }
  const auto check = look(port(closed));
  EXPECT_EQ(check.answer, Answer::kNotReproduced);
  EXPECT_EQ(check.why, "nobody listens at port " + std::to_string(closed));
}

TEST(PortLook, UdpCannotBeTold) {
  EXPECT_EQ(look(port(53, "udp")).answer, Answer::kNotChecked);
}

TEST(PortLook, EndsWhenItIsToldTo) {
  ScriptedServer silent([](Peer& peer) { peer.wait_for_end(); });
  auto options = options_here();
  options.limits.banner = std::chrono::seconds(600);
  options.limits.whole = std::chrono::seconds(600);
  options.stop_fd = ::eventfd(1, EFD_CLOEXEC);
  EXPECT_EQ(look(port(silent.port()), options).answer, Answer::kNotChecked);
  ::close(options.stop_fd);
}

}  // namespace
}  // namespace rescue::outside
