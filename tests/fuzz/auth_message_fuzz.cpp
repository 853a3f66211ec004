#include "fuzz_input.hpp"
#include "rescue/evidence/auth_message.hpp"
#include "rescue/evidence/line_reader.hpp"

using namespace rescue;  // NOLINT(google-build-using-namespace): a program of one function

/// Each line is a message, of whichever of these programs.
void fuzz_one(std::string_view input) {
  while (!input.empty()) {
    evidence::SyslogLine line;
    line.message = evidence::take_line(input);
    for (const auto* program :
         {"sshd", "sudo", "su", "useradd", "usermod", "passwd", "CRON", "crontab", "login"}) {
      evidence::Event event;
      line.program = program;
      evidence::parse_auth_message(line, event);
    }
    evidence::Origin origin;
    evidence::parse_origin(line.message, origin);
  }
}
