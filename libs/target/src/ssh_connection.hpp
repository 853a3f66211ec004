#pragma once

#include <memory>
#include <string>

#include "host_key.hpp"
#include "rescue/target/ssh_target.hpp"
#include "ssh_session.hpp"
#include "wait.hpp"

namespace rescue::target {

/// A connection on which the server has shown the right key and has let us in.
class SshConnection {
 public:
  static Result<std::unique_ptr<SshConnection>> open(const seal::Access& access, const SshOptions& options);

  ssh_session session() const { return session_.get(); }
  /// Lets the connection do what is to be done, for one short while at most. kUnavailable ("target-lost").
  Status turn(const Wait& wait, const std::string& what);
  /// Repeats a call of libssh that answers SSH_AGAIN until it has an answer.
  Result<int> finish(const std::function<int()>& call, const Wait& wait, const std::string& what);
  Wait until(std::chrono::milliseconds patience) const {
    return {std::chrono::steady_clock::now() + patience, options_.interrupted};
  }
  const SshOptions& options() const { return options_; }
  /// From here on the server knows a password, which it could repeat in whatever it says.
  void tells_password() { told_password_ = true; }
  /// What the server said, for one of our errors, which are kept and shown: see last_words. Nothing where it
  /// knows a password.
  std::string words_of(std::string_view text) const;
  /// "; its last words: …", or nothing.
  std::string with_words_of(std::string_view text) const;
  /// What libssh or the server says is wrong, as one of our errors.
  tl::unexpected<Error> broken(const std::string& what) const;

 private:
  explicit SshConnection(const SshOptions& options) : options_(options) {}
  Status shake_hands(const seal::Access& access, const char* algorithms);
  bool reached();
  Result<bool> shows(const PinnedKey& pinned, std::string& shown) const;
  Status log_in(const seal::Access& access);
  Result<int> log_in_with_key(const seal::Access& access, const Wait& wait);
  Result<int> log_in_with_password(const seal::Access& access, const Wait& wait);
  Result<int> answer_questions(const seal::Secret& password, const Wait& wait);

  SshOptions options_;
  Session session_;
  bool reached_ = false;  ///< the connection stands
  bool told_password_ = false;
  SteadyTime kept_alive_ = std::chrono::steady_clock::now();
};

}  // namespace rescue::target
