#include "rescue/recovery/sendmail_queue_file.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "queue_headers.hpp"
#include "text_parts.hpp"

namespace rescue::recovery {
namespace {

constexpr std::size_t kMostHeaderBytes = 64 * 1024;
constexpr std::size_t kMostValueBytes = 320;
constexpr int kNewestVersion = 8;  // QF_VERSION of 8.12 to 8.18

/// Takes a record off `text`: a line and those that go on with it, without the last line feed.
std::optional<std::string_view> take_record(std::string_view& text) {
  for (auto end = text.find('\n'); end != std::string_view::npos; end = text.find('\n', end + 1)) {
    if (end + 1 < text.size() && (text[end + 1] == ' ' || text[end + 1] == '\t')) continue;
    const auto record = text.substr(0, end);
    text.remove_prefix(end + 1);
    return record;
  }
  return std::nullopt;
}

std::string_view without_angles(std::string_view address) {
  if (address.size() >= 2 && address.starts_with('<') && address.ends_with('>'))
    return address.substr(1, address.size() - 2);
  return address;
}

/// "host [192.0.2.7] (may be forged)", "user@host [IPv6:2001:db8::7]", "root@localhost". What stands before
/// the last bracket is told by the client.
std::string_view connected_from(std::string_view value) {
  const auto open = value.rfind('[');
  if (open == std::string_view::npos) return {};
  value.remove_prefix(open + 1);
  value = value.substr(0, value.find(']'));
  if (value.starts_with("IPv6:")) value.remove_prefix(5);
  return value;
}

/// One file, record by record.
class Reader {
 public:
  Reader(QueueMessage& out, SendmailFlags& flags) : out_(out), flags_(flags) {}

  bool read(std::string_view bytes) {
    const auto version = take_record(bytes);
    if (!version || !version->starts_with('V')) return false;
    const auto told = number<int>(version->substr(1));
    if (!told || *told < 1 || *told > kNewestVersion) return false;
    for (auto record = take_record(bytes); record; record = take_record(bytes)) {
      if (*record == ".") return bytes.empty() && finish();
      if (record->empty() || !take((*record)[0], record->substr(1))) return false;
    }
    return false;
  }

 private:
  bool take(char letter, std::string_view value) {
    constexpr std::string_view kOfNoUse = "ABCDEIKLMNPQrZ!";
    switch (letter) {
      case 'T':
        return take_time(value);
      case 'S':
        has_sender_ = true;
        out_.origin.sender = without_angles(value).substr(0, kMostValueBytes);
        return true;
      case 'R':
        return take_recipient(value);
      case 'H':
        return take_header(value);
      case '$':
        take_macro(value);
        return true;
      case 'F':
        flags_.own_bounce = value.find('r') != std::string_view::npos;
        return true;
      case 'q':
        flags_.quarantined = true;
        return true;
      case 'd':
        flags_.data_elsewhere = true;
        return true;
      default:
        return kOfNoUse.find(letter) != std::string_view::npos;
    }
  }

  bool take_time(std::string_view value) {
    const auto seconds = number<std::int64_t>(value);
    if (!seconds || *seconds < 0 || *seconds > 100'000'000'000) return false;
    has_time_ = true;
    out_.received = from_us(*seconds * 1'000'000);
    return true;
  }

  /// "PFD:<u@d.example>": letters up to the colon.
  bool take_recipient(std::string_view value) {
    const auto colon = value.find(':');
    if (colon == std::string_view::npos) return false;
    out_.add_recipient(without_angles(value.substr(colon + 1)));
    return true;
  }

  /// "?P?Return-Path: …": between the marks the mailers that want it.
  bool take_header(std::string_view value) {
    const auto end = value.starts_with('?') ? value.find('?', 1) : std::string_view::npos;
    if (end == std::string_view::npos) return false;
    if (header_.size() < kMostHeaderBytes) header_ += std::string(value.substr(end + 1)) + "\n";
    return true;
  }

  void take_macro(std::string_view value) {
    constexpr std::string_view kAccount = "{auth_authen}";
    if (value.starts_with('_')) out_.origin.address = connected_from(value).substr(0, kMostValueBytes);
    // "ESMTPA", "ESMTPSA": who logged in is not told yet.
    if (value.starts_with('r') && value.ends_with('A')) logged_in_ = true;
    if (value.starts_with(kAccount)) account_ = value.substr(kAccount.size()).substr(0, kMostValueBytes);
  }

  bool finish() {
    // Its sender is called MAILER-DAEMON there.
    if (flags_.own_bounce) out_.origin.sender.clear();
    const auto facts = read_headers(header_);
    out_.subject = facts.subject;
    out_.origin.script = facts.script;
    out_.origin.script_uid = facts.script_uid;
    read_login(facts.received, out_.origin);
    if (!account_.empty()) out_.origin.account = account_;
    out_.origin.logged_in = out_.origin.logged_in || logged_in_ || !account_.empty();
    return has_sender_ && has_time_;
  }

  QueueMessage& out_;
  SendmailFlags& flags_;
  std::string header_, account_;
  bool has_sender_ = false, has_time_ = false, logged_in_ = false;
};

std::string quarantine_line(std::int64_t seconds) {
  return "qheld by rescue-responder since " + std::to_string(seconds) + "\n";
}

/// Nothing where it is no queue file.
std::optional<SendmailFlags> flags_of(std::string_view bytes) {
  QueueMessage message;
  SendmailFlags flags;
  if (!read_sendmail_queue_file(bytes, message, flags)) return std::nullopt;
  return flags;
}

}  // namespace

bool is_sendmail_id(std::string_view name) {
  constexpr std::size_t kTime = 8, kLeast = 14, kMost = 18;
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const auto is_letter = [&](char c) {
    return is_digit(c) || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
  };
  return name.size() >= kLeast && name.size() <= kMost &&
         std::ranges::all_of(name.substr(0, kTime), is_letter) &&
         std::ranges::all_of(name.substr(kTime), is_digit);
}

bool read_sendmail_queue_file(std::string_view bytes, QueueMessage& out, SendmailFlags& flags) {
  return Reader(out, flags).read(bytes);
}

std::string with_quarantine_line(std::string_view bytes, std::int64_t seconds) {
  const auto flags = flags_of(bytes);
  if (!flags) return {};
  if (flags->quarantined) return std::string(bytes);
  // No line before the sender's is of a stranger's making and goes on in another.
  const auto at = bytes.find("\nS") + 1;
  return std::string(bytes.substr(0, at)) + quarantine_line(seconds) + std::string(bytes.substr(at));
}

std::string without_quarantine_line(std::string_view bytes, std::int64_t seconds) {
  const auto flags = flags_of(bytes);
  if (!flags) return {};
  // Sendmail puts it elsewhere when it writes the file anew, but before the sender.
  const auto line = quarantine_line(seconds);
  const auto at = bytes.substr(0, bytes.find("\nS") + 1).find("\n" + line);
  if (at == std::string_view::npos) return std::string(bytes);
  return std::string(bytes.substr(0, at + 1)) + std::string(bytes.substr(at + 1 + line.size()));
}

}  // namespace rescue::recovery
