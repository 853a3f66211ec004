#include "smtp_dialogue.hpp"

#include <algorithm>

namespace rescue::outside {
namespace {

using Kind = Trouble::Kind;

constexpr int kReplyLinesMax = 64;
constexpr std::size_t kNameBytesMax = 253;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// "250-…", "250 …" or "250": the code, 0 where it is none.
int code_of(const std::string& line) {
  const bool has_code =
      line.size() >= 3 && line[0] >= '2' && line[0] <= '5' && is_digit(line[1]) && is_digit(line[2]);
  if (!has_code || (line.size() > 3 && line[3] != ' ' && line[3] != '-')) return 0;
  return (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
}

}  // namespace

Got<Reply> SmtpDialogue::reply() {
  const auto until = deadline(step_, until_);
  Reply out;
  for (int count = 0; count < kReplyLinesMax; ++count) {
    auto line = lines_.line(until);
    if (!line) return tl::unexpected<Trouble>(line.error());
    transcript_->server(*line);
    const int code = code_of(*line);
    if (code == 0) return trouble(Kind::kLost, "what the server says is no SMTP");
    if (count == 0) out = {code, line->size() > 4 ? line->substr(4) : ""};
    if (line->size() == 3 || (*line)[3] == ' ') {
      out.code = code;
      return out;
    }
  }
  return trouble(Kind::kTooMuch, "a reply without end");
}

Got<Reply> SmtpDialogue::say(const std::string& command) {
  if (command.find_first_of("\r\n") != std::string::npos) return trouble(Kind::kLost, "no such command");
  transcript_->us(command);
  if (auto sent = stream_->write_all(command + "\r\n", deadline(step_, until_)); !sent) {
    return tl::unexpected<Trouble>(sent.error());
  }
  return reply();
}

std::string server_name(const Reply& greeting) {
  const auto name = greeting.text.substr(0, greeting.text.find(' '));
  const bool fits =
      name.size() <= kNameBytesMax && name.find('.') != std::string::npos && name.front() != '.' &&
      std::all_of(name.begin(), name.end(), [](char c) {
        return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == '-';
      });
  return fits ? name : "";
}

}  // namespace rescue::outside
