#include "ssh_channel.hpp"

#include <algorithm>

namespace rescue::target {
namespace {

/// More than this is not kept for a reader who is busy sending.
constexpr std::size_t kWaitingMax = 8U << 20U;
constexpr std::size_t kMessagesMax = 16U << 10U;
constexpr std::size_t kPieceBytes = 32U << 10U;

}  // namespace

SshChannel::SshChannel(SshConnection& connection)
    : connection_(&connection), channel_(ssh_channel_new(connection.session())) {
  ssh_callbacks_init(&callbacks_);
  callbacks_.userdata = this;
  callbacks_.channel_data_function = on_data;
  callbacks_.channel_eof_function = on_end;
  callbacks_.channel_close_function = on_end;
  if (channel_ != nullptr) ssh_set_channel_callbacks(channel_, &callbacks_);
}

SshChannel::~SshChannel() {
  if (channel_ == nullptr) return;
  ssh_remove_channel_callbacks(channel_, &callbacks_);
  ssh_channel_free(channel_);
}

int SshChannel::on_data(ssh_session /*session*/, ssh_channel /*channel*/, void* data, uint32_t size,
                        int is_stderr, void* self) {
  auto& own = *static_cast<SshChannel*>(self);
  const std::string_view bytes(static_cast<const char*>(data), size);
  if (is_stderr != 0) {
    own.messages_ += bytes;
    if (own.messages_.size() > kMessagesMax) own.messages_.erase(0, own.messages_.size() - kMessagesMax);
  } else if (own.out_.size() + size > kWaitingMax) {
    own.flooded_ = true;
  } else {
    own.out_ += bytes;
  }
  return static_cast<int>(size);
}

void SshChannel::on_end(ssh_session /*session*/, ssh_channel /*channel*/, void* self) {
  static_cast<SshChannel*>(self)->over_ = true;
}

/// A server that allows one at a time may not have put the last one away yet.
Result<std::unique_ptr<SshChannel>> SshChannel::open(SshConnection& connection, const Wait& wait) {
  constexpr int kTries = 15;
  for (int i = 0; i < kTries; ++i) {
    std::unique_ptr<SshChannel> channel(new SshChannel(connection));
    if (channel->channel_ == nullptr)
      return fail(ErrorCode::kInternal, "internal-error", "libssh gives no channel");
    RESCUE_ASSIGN(const int opened,
                  connection.finish([&] { return ssh_channel_open_session(channel->channel_); }, wait,
                                    "to open a channel"));
    if (opened == SSH_OK) return channel;
    if (ssh_is_connected(connection.session()) == 0) return connection.broken("to open a channel");
    RESCUE_TRY(wait.still("to open a channel"));
    RESCUE_TRY(connection.turn(wait, "to open a channel"));
  }
  return fail(ErrorCode::kForbidden, "login-refused",
              "the server lets us in, but opens no session for this account");
}

Result<std::unique_ptr<SshChannel>> SshChannel::run(SshConnection& connection, const std::string& command) {
  const Wait wait = connection.until(connection.options().patience.answer);
  RESCUE_ASSIGN(auto channel, open(connection, wait));
  RESCUE_ASSIGN(
      const int begun,
      connection.finish([&] { return ssh_channel_request_exec(channel->channel_, command.c_str()); }, wait,
                        "to run a command"));
  if (begun == SSH_OK) return channel;
  if (ssh_is_connected(connection.session()) == 0) return connection.broken("to run a command");
  return fail(ErrorCode::kForbidden, "login-refused",
              "the server lets us in, but runs no commands for this account");
}

Status SshChannel::turn(const Wait& wait, const std::string& what) {
  RESCUE_TRY(wait.still(what));
  RESCUE_TRY(connection_->turn(wait, what));
  if (flooded_) return fail(ErrorCode::kCorrupt, "target-garbage", "the server sends without end, " + what);
  return {};
}

Status SshChannel::write(std::string_view bytes, const Wait& wait, const std::string& what) {
  const ssh_session session = connection_->session();
  while (!bytes.empty()) {
    // All of it has its time, and each piece has one: a window that never opens is silence.
    const Wait piece_wait{
        std::min(wait.until, connection_->until(connection_->options().patience.answer).until),
        wait.interrupted};
    const auto piece = static_cast<std::uint32_t>(std::min(bytes.size(), kPieceBytes));
    int n = 0;
    while (n == 0) {
      if (over_ || ssh_channel_is_open(channel_) == 0) {
        return fail(ErrorCode::kUnavailable, "target-lost", "the other side ended, " + what);
      }
      n = ssh_channel_write(channel_, bytes.data(), piece);
      if (n < 0 && n != SSH_AGAIN) return connection_->broken(what);
      n = std::max(n, 0);
      if (n == 0) RESCUE_TRY(turn(piece_wait, what));
    }
    bytes.remove_prefix(static_cast<std::size_t>(n));
    // A socket that takes nothing must not become memory of ours.
    while ((ssh_get_poll_flags(session) & SSH_WRITE_PENDING) != 0) RESCUE_TRY(turn(piece_wait, what));
  }
  return {};
}

}  // namespace rescue::target
