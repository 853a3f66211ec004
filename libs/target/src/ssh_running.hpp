#pragma once

#include <memory>

#include "rescue/target/target.hpp"
#include "rescue/tether/frames.hpp"
#include "ssh_channel.hpp"

namespace rescue::target {

/// A program that a keeper holds at the other end of a channel. Borrows the connection.
class SshRunning final : public Running {
 public:
  explicit SshRunning(std::unique_ptr<SshChannel> channel);
  ~SshRunning() override;
  SshRunning(const SshRunning&) = delete;
  SshRunning& operator=(const SshRunning&) = delete;

  /// Sends the program to the keeper and has it run.
  Status begin(const ProgramRun& run, std::string_view program);

  Status send(std::string_view bytes, SteadyTime until) override;
  Status end_input() override;
  Result<Heard> hear(SteadyTime until) override;

 private:
  Status send_program(const ProgramRun& run, std::string_view program, const Wait& wait);
  Status put(tether::FrameKind kind, std::string_view bytes, const Wait& wait);
  Status tell(tether::FrameKind kind, std::string_view bytes, const Wait& wait);
  /// Lets the line work once, says that we are here, and notices when nobody else is.
  Status turn(SteadyTime until, const std::string& what);
  /// The next frame that is no beat, if it has come.
  Result<std::optional<tether::Frame>> next();
  Result<tether::Frame> wait_for_frame(SteadyTime until, const std::string& what);
  /// Why the other side ended before our program ran.
  tl::unexpected<Error> ended_early(const std::string& what) const;
  static Status take(const tether::Frame& frame, Heard& heard);

  std::unique_ptr<SshChannel> channel_;
  tether::FrameReader frames_;
  SteadyTime heard_, told_;
  bool ended_ = false;
};

}  // namespace rescue::target
