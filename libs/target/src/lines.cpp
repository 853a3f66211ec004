#include "rescue/target/lines.hpp"

#include "words.hpp"

namespace rescue::target {

Status Lines::send(std::string_view line, SteadyTime until) {
  return running_->send(std::string(line) + '\n', until);
}

Result<std::string> Lines::receive(SteadyTime until) {
  while (true) {
    if (const auto end = waiting_.find('\n'); end != std::string::npos) {
      std::string line = waiting_.substr(0, end);
      waiting_.erase(0, end + 1);
      return line;
    }
    if (waiting_.size() > options_.line_bytes_max) {
      return fail(ErrorCode::kCorrupt, "target-garbage",
                  "the program at the target wrote a line of more than " +
                      std::to_string(options_.line_bytes_max) + " bytes");
    }
    if (ending_) {
      return fail(ErrorCode::kConflict, "program-ended",
                  "the program at the target " + describe(*ending_) + with_last_words(messages_));
    }
    if (std::chrono::steady_clock::now() >= until) {
      return fail(ErrorCode::kTimeout, "program-silent", "the program at the target gave no answer in time");
    }
    RESCUE_ASSIGN(Heard heard, running_->hear(until));
    waiting_ += heard.out;
    messages_ += heard.messages;
    if (messages_.size() > options_.messages_bytes_max) {
      messages_.erase(0, messages_.size() - options_.messages_bytes_max);
    }
    ending_ = heard.ending;
  }
}

}  // namespace rescue::target
