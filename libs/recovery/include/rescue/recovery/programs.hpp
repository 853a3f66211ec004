#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "rescue/base/result.hpp"

namespace rescue::recovery {

/// A program of the server: an absolute path, never looked for.
struct Command {
  std::string program;
  std::vector<std::string> arguments = {};
  std::string input = {};  ///< what it reads; at most 4 KiB
  std::chrono::seconds patience{30};
};

struct Ended {
  int exit_code = 0;        ///< 128 + the signal where one ended it
  std::string output;       ///< stdout alone, at most 256 KiB: what it was asked for
  std::string errors = {};  ///< stderr, as much: warnings stand there, also of a program that ends well
};
/// What it says for a person: its errors, else its output; at most `most` bytes.
std::string said_by(const Ended& ended, std::size_t most);

/// Runs it to its end: clean environment, no inherited descriptors, a process group of its own that is
/// killed when its time is over. kNotFound ("program-missing") where it is not there, or anybody but root
/// may write it; kTimeout ("program-timed-out"); kUnavailable ("target-unavailable").
Result<Ended> run_program(const Command& command);

/// How programs are run: run_program(), or what a test puts in its place.
using RunProgram = std::function<Result<Ended>(const Command&)>;

}  // namespace rescue::recovery
