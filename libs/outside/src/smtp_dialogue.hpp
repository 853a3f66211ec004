#pragma once

#include "line_reader.hpp"
#include "transcript.hpp"

namespace rescue::outside {

/// A server's reply (RFC 5321, section 4.2): its code, and the text of its first line.
struct Reply {
  int code = 0;
  std::string text;
  bool yes() const { return code == 250 || code == 251 || code == 252; }
};

/// One SMTP conversation, command by command. DATA and BDAT are none of its words: no message is ever sent.
/// One thread; borrows all of it.
class SmtpDialogue {
 public:
  SmtpDialogue(Stream& stream, Transcript& transcript, const Options& options, SteadyTime until)
      : stream_(&stream),
        transcript_(&transcript),
        step_(options.limits.step),
        until_(until),
        lines_(stream, options.limits.bytes) {}

  /// The greeting, or the reply to what was said last. kLost where what comes is no SMTP.
  Got<Reply> reply();
  /// Sends one line and reads its reply. A line holding a line break is never sent.
  Got<Reply> say(const std::string& command);

 private:
  Stream* stream_;
  Transcript* transcript_;
  std::chrono::milliseconds step_;
  SteadyTime until_;
  LineReader lines_;
};

/// The name by which the server greets, where it can be one; else nothing.
std::string server_name(const Reply& greeting);

}  // namespace rescue::outside
