#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

namespace rescue::tether {

/// What a program may use; 0: no limit.
struct HeldLimits {
  unsigned long cpu_s = 0;
  unsigned long memory_bytes = 0;
  unsigned long file_bytes = 0;
  unsigned long grace_s = 0;  ///< how long it may go on when the line is gone
};

/// A program that runs as our child in a process group of its own, with pipes on its three streams.
class HeldProgram {
 public:
  HeldProgram() = default;
  ~HeldProgram();
  HeldProgram(const HeldProgram&) = delete;
  HeldProgram& operator=(const HeldProgram&) = delete;

  /// Runs the open file. What failed, as a text; nothing: it runs.
  std::optional<std::string> start(int file, const std::vector<std::string>& words, const HeldLimits& limits);
  bool runs() const { return pid_ > 0 && !ended_; }
  /// "exit <code>" or "signal <number>", once it has ended.
  const std::optional<std::string>& ending();
  /// Kills its group and waits for its end.
  void kill();

  int in() const { return in_; }    ///< -1: closed
  int out() const { return out_; }  ///< -1: at its end
  int err() const { return err_; }
  void close_in() { close_one(in_); }
  void close_out() { close_one(out_); }
  void close_err() { close_one(err_); }

 private:
  static void close_one(int& fd);
  void note(int wait_status);

  pid_t pid_ = -1;
  int in_ = -1, out_ = -1, err_ = -1;
  std::optional<std::string> ended_;
};

}  // namespace rescue::tether
