#include <cstdlib>

#include "fuzz_input.hpp"
#include "memory_stream.hpp"
#include "smtp_dialogue.hpp"

using namespace rescue;  // NOLINT(google-build-using-namespace): a program of one function

void fuzz_one(std::string_view input) {
  MemoryStream stream(input);
  const ManualClock clock{Timestamp{}};
  outside::Transcript transcript(clock);
  const outside::Options options;
  outside::SmtpDialogue dialogue(stream, transcript, options, outside::SteadyTime::max());
  while (const auto reply = dialogue.reply()) {
    if (reply->code < 200 || reply->code > 599) std::abort();
    const auto name = outside::server_name(*reply);
    if (name.find_first_of("<>@ \r\n") != std::string::npos) std::abort();
  }
  for (const auto& line : transcript.take()) {
    for (const char c : line.text) {
      if (c < ' ' || c > '~') std::abort();
    }
  }
}
