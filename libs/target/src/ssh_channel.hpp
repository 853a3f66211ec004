#pragma once

#include <memory>
#include <string>

#include "ssh_connection.hpp"

namespace rescue::target {

/// One command at the server, with its streams. Closed when it goes. Borrows the connection.
class SshChannel {
 public:
  static Result<std::unique_ptr<SshChannel>> run(SshConnection& connection, const std::string& command);
  ~SshChannel();
  SshChannel(const SshChannel&) = delete;
  SshChannel& operator=(const SshChannel&) = delete;

  /// All of it is on its way when this returns.
  Status write(std::string_view bytes, const Wait& wait, const std::string& what);
  Status turn(const Wait& wait, const std::string& what);
  /// What came on stdout and was not taken yet; bounded.
  std::string& out() { return out_; }
  /// The last of what came on stderr.
  std::string& messages() { return messages_; }
  /// Nothing more comes.
  bool over() const { return over_; }
  SshConnection& connection() { return *connection_; }
  const SshConnection& connection() const { return *connection_; }

 private:
  explicit SshChannel(SshConnection& connection);
  static Result<std::unique_ptr<SshChannel>> open(SshConnection& connection, const Wait& wait);
  static int on_data(ssh_session session, ssh_channel channel, void* data, uint32_t size, int is_stderr,
                     void* self);
  static void on_end(ssh_session session, ssh_channel channel, void* self);

  SshConnection* connection_;
  ssh_channel channel_;
  ssh_channel_callbacks_struct callbacks_{};
  std::string out_, messages_;
  bool over_ = false;
  bool flooded_ = false;
};

}  // namespace rescue::target
