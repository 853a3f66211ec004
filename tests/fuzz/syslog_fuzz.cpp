#include <cstdlib>

#include "fuzz_input.hpp"
#include "rescue/evidence/auth_message.hpp"
#include "rescue/evidence/line_reader.hpp"
#include "rescue/evidence/syslog.hpp"

using namespace rescue;  // NOLINT(google-build-using-namespace): a program of one function

namespace {

/// Blocks hold whole lines and count them as they are.
void read_blocks(std::string_view input) {
  evidence::MemoryStream stream(input);
  evidence::LineReader reader(stream);
  evidence::LineBlock block;
  std::uint64_t lines = 0;
  while (reader.next(block)) {
    if (block.first_line != lines + 1) std::abort();
    for (auto text = block.text; !text.empty(); ++lines) evidence::take_line(text);
  }
  if (lines != reader.lines()) std::abort();
}

/// A message of whichever of these programs.
void read_message(evidence::SyslogLine line) {
  for (const auto* program :
       {"sshd", "sudo", "su", "useradd", "usermod", "passwd", "CRON", "crontab", "login"}) {
    evidence::Event event;
    line.program = program;
    evidence::parse_auth_message(line, event);
  }
  evidence::Origin origin;
  evidence::parse_origin(line.message, origin);
}

}  // namespace

/// Lines of syslog: their blocks, years, moments and messages.
void fuzz_one(std::string_view input) {
  read_blocks(input);
  evidence::MemoryStream stream(input);
  evidence::scan_years(stream);
  const evidence::TimeZone zone;
  evidence::YearClock clock(2026, zone);
  while (!input.empty()) {
    evidence::SyslogLine whole;
    whole.message = evidence::take_line(input);
    read_message(whole);
    const auto line = evidence::parse_syslog_line(whole.message);
    if (!line) continue;
    clock.moment_of(*line);
    read_message(*line);
  }
}
