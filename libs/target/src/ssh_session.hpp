#pragma once

#include <libssh/callbacks.h>
#include <libssh/libssh.h>
#include <libssh/server.h>

#include <memory>

namespace rescue::target {

// One owner for each of libssh's handles.
struct KeyFree {
  void operator()(ssh_key key) const { ssh_key_free(key); }
};
using Key = std::unique_ptr<ssh_key_struct, KeyFree>;

/// A session and the event loop that turns it. Closes the connection when it goes.
class Session {
 public:
  Session() : session_(ssh_new()), event_(ssh_event_new()) {
    if (session_ != nullptr) ssh_set_message_callback(session_, &let_go, nullptr);
  }
  ~Session() {
    if (added_) ssh_event_remove_session(event_, session_);
    ssh_event_free(event_);
    if (session_ != nullptr) {
      ssh_disconnect(session_);
      ssh_free(session_);
    }
  }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  explicit operator bool() const { return session_ != nullptr && event_ != nullptr; }
  ssh_session get() const { return session_; }
  ssh_event event() const { return event_; }
  /// After the connection stands.
  void add_to_event() { added_ = ssh_event_add_session(event_, session_) == SSH_OK; }

 private:
  /// What a server asks of us, channels above all: we grant nothing. Without this libssh keeps each of its
  /// messages for ever; 0 has it freed, and unanswered, so that no answers wait for one who does not read.
  static int let_go(ssh_session /*session*/, ssh_message /*message*/, void* /*data*/) { return 0; }

  ssh_session session_;
  ssh_event event_;
  bool added_ = false;
};

}  // namespace rescue::target
