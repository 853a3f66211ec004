#pragma once

#include <functional>

#include "rescue/seal/access.hpp"
#include "rescue/target/target.hpp"

namespace rescue::target {

/// How long each step may take.
struct SshPatience {
  std::chrono::milliseconds connect{10'000};
  std::chrono::milliseconds key_exchange{20'000};  ///< from the beginning to the host key
  std::chrono::milliseconds log_in{30'000};        ///< servers wait before they refuse a password
  std::chrono::milliseconds answer{30'000};        ///< to open a channel, of a step of the script
  std::chrono::milliseconds upload{600'000};       ///< of one program, as a whole
  std::chrono::seconds silence{60};                ///< after so much of it either side takes the line for cut
};

struct SshOptions {
  SshPatience patience;
  /// Asked a few times a second while anything is waited for; true ends it ("target-interrupted").
  std::function<bool()> interrupted = [] { return false; };
};

class SshConnection;

/// A running server, over SSH (README.md says how, and lists the errors). Reads no configuration, no agent
/// and no known_hosts of this machine.
class SshTarget final : public Target {
 public:
  /// Connects, compares the host key, logs in. Of the access only what sudo wants is kept.
  static Result<std::unique_ptr<SshTarget>> connect(seal::Access access, SshOptions options);
  ~SshTarget() override;
  SshTarget(const SshTarget&) = delete;
  SshTarget& operator=(const SshTarget&) = delete;

  std::string root() const override { return "/"; }
  std::string described() const override;
  Result<std::unique_ptr<Running>> start(const ProgramRun& run) override;

 private:
  SshTarget(seal::Access access, SshOptions options, std::unique_ptr<SshConnection> connection);
  seal::Access access_;
  SshOptions options_;
  std::unique_ptr<SshConnection> connection_;
};

}  // namespace rescue::target
