// A server that lets us in and then asks for things of its own.
#include <libssh/server.h>
#include <poll.h>

#include <atomic>

#include "ssh_connection.hpp"
#include "ssh_testing.hpp"

namespace rescue::target {
namespace {

using testing::Folder;
using testing::milliseconds;
using testing::seconds;

struct BindFree {
  void operator()(ssh_bind bind) const { ssh_bind_free(bind); }
};
struct SessionFree {
  void operator()(ssh_session session) const { ssh_free(session); }
};
struct MessageFree {
  void operator()(ssh_message message) const { ssh_message_free(message); }
};
using Message = std::unique_ptr<ssh_message_struct, MessageFree>;

/// Lets anybody in.
bool lets_in(ssh_session session) {
  if (ssh_handle_key_exchange(session) != SSH_OK) return false;
  for (int i = 0; i < 10; ++i) {
    const Message message(ssh_message_get(session));
    if (!message) return false;
    if (ssh_message_type(message.get()) == SSH_REQUEST_SERVICE) {
      ssh_message_service_reply_success(message.get());
    } else {
      return ssh_message_auth_reply_success(message.get(), 0) == SSH_OK;
    }
  }
  return false;
}

/// One connection, on which it opens channels to us that nobody asked for, and then answers no to all that
/// we ask: who has that answer has been asked for every channel.
void serve(const std::string& host_key, int fd, std::atomic<int>& opened) {
  const std::unique_ptr<ssh_bind_struct, BindFree> bind(ssh_bind_new());
  const std::unique_ptr<ssh_session_struct, SessionFree> session(ssh_new());
  ssh_bind_options_set(bind.get(), SSH_BIND_OPTIONS_HOSTKEY, host_key.c_str());
  if (ssh_bind_accept_fd(bind.get(), session.get(), fd) != SSH_OK || !lets_in(session.get())) return;
  ssh_set_blocking(session.get(), 0);
  for (int i = 0; i < 20; ++i) {
    ssh_channel_open_x11(ssh_channel_new(session.get()), "192.0.2.1", 6'000);
    ++opened;
  }
  ssh_blocking_flush(session.get(), 5'000);
  while (ssh_is_connected(session.get()) != 0) {
    pollfd watched{ssh_get_fd(session.get()), POLLIN | POLLRDHUP, 0};
    if (::poll(&watched, 1, 100) > 0 && (watched.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0) return;
    if (const Message asked(ssh_message_get(session.get())); asked) ssh_message_reply_default(asked.get());
    ssh_blocking_flush(session.get(), 10);
  }
}

/// What becomes of a channel that we ask for.
int answer_to_a_channel(SshConnection& connection) {
  auto* const channel = ssh_channel_new(connection.session());  // freed with the session
  const auto until = testing::in(seconds(10));
  while (testing::steady_clock::now() < until) {
    if (const int answer = ssh_channel_open_session(channel); answer != SSH_AGAIN) return answer;
    EXPECT_TRUE(connection.turn(connection.until(milliseconds(100)), "to be answered"));
  }
  return SSH_AGAIN;
}

TEST(AskingHost, WhatAServerAsksOfUsIsNotKept) {
  const Folder folder;
  testing::Server keys(folder);
  const testing::Listener listener;
  std::atomic<int> opened{0};
  std::thread server([&] {
    pollfd watched{listener.fd(), POLLIN, 0};
    if (::poll(&watched, 1, 10'000) == 1)
      serve(folder.path("host_ed25519"), ::accept(listener.fd(), nullptr, nullptr), opened);
  });
  auto access = keys.access();
  access.port = static_cast<std::uint16_t>(listener.port());
  {
    const auto connection = SshConnection::open(access, testing::quick_options());
    EXPECT_TRUE(connection) << connection.error().detail;
    if (connection) {
      EXPECT_EQ(answer_to_a_channel(**connection), SSH_ERROR);
      EXPECT_EQ(ssh_message_get((*connection)->session()), nullptr);
    }
  }
  server.join();
  EXPECT_EQ(opened, 20);
}

}  // namespace
}  // namespace rescue::target
