#pragma once

#include <libssh/callbacks.h>
#include <libssh/libssh.h>

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
  Session() : session_(ssh_new()), event_(ssh_event_new()) {}
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
  ssh_session session_;
  ssh_event event_;
  bool added_ = false;
};

}  // namespace rescue::target
