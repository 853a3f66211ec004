#include "app.hpp"

#include <unistd.h>

#include <iostream>

#include "lines.hpp"
#include "operations.hpp"
#include "options.hpp"

namespace rescue::responder {
namespace {

using recovery::Request;

/// Requests until the input ends; those within lock-hold … lock-release run inside `alone`.
class Session {
 public:
  Session(Operations& operations, Lines& lines) : operations_(operations), lines_(lines) {}

  void run() { loop(false); }

 private:
  /// True when it ended by lock-release.
  bool loop(bool held) {
    while (const auto line = lines_.next()) {
      if (line->empty()) continue;
      std::int64_t id = 0;
      const auto request = recovery::parse_request(*line, id);
      if (!request) {
        say(id, fail(request.error()));
      } else if (request->op == "lock-hold" && !held) {
        hold(id);
      } else if (request->op == "lock-release" && held) {
        released_ = id;
        return true;
      } else {
        say(id, operations_.run(*request));
      }
    }
    return false;
  }

  void hold(std::int64_t id) {
    bool entered = false, released = false;
    const auto ended = operations_.alone([&]() -> Status {
      entered = true;
      say(id, Json{{"held", true}});
      released = loop(true);
      return {};
    });
    if (!entered) say(id, fail(ended.error()));
    if (released) say(released_, Json{{"held", false}});
  }

  void say(std::int64_t id, const Result<Json>& result) {
    // Where nobody reads any more the input has ended, too, or will.
    if (!write_line(STDOUT_FILENO, recovery::answer(id, result))) ::close(STDIN_FILENO);
  }

  Operations& operations_;
  Lines& lines_;
  std::int64_t released_ = 0;
};

}  // namespace

int run(const std::vector<std::string>& arguments) {
  const auto options = parse_options(arguments);
  if (!options) {
    std::cerr << "rescue-responder: " << options.error().detail << '\n';
    return kWrongUsage;
  }
  if (options->help) {
    std::cout << usage();
    return kDone;
  }
  outlive_signals();
  const auto operations = Operations::open(options->root, recovery::run_program);
  if (!operations) {
    std::cerr << "rescue-responder: " << operations.error().detail << '\n';
    return kFailed;
  }
  Lines lines(STDIN_FILENO, Request::kLineBytesMax, options->silence_max);
  Session(**operations, lines).run();
  return kDone;
}

}  // namespace rescue::responder
