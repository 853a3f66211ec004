#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rescue/base/clock.hpp"

namespace rescue::recovery {

enum class MailSystem : std::uint8_t { kPostfix, kExim, kSendmail };
std::string_view to_string(MailSystem system);
std::optional<MailSystem> mail_system_from(std::string_view name);

/// Who handed a message in, as far as the mail server or the message's own headers tell. Raw bytes of a
/// stranger.
struct MessageOrigin {
  std::string sender = {};                ///< of the envelope; empty: a bounce
  std::string account = {};               ///< who logged in to hand it in
  bool logged_in = false;                 ///< somebody did, although the mail server may not tell who
  std::string address = {};               ///< the client that connected; empty: handed in on this server
  std::string script = {};                ///< file name in X-PHP-Originating-Script or X-PHP-Script
  std::optional<std::uint32_t> uid = {};  ///< of the local user who handed it in
  std::optional<std::uint32_t> script_uid = {};  ///< of the script's owner
};

/// The message that a bounce is about, by what the bounce repeats of it.
struct BouncedOriginal {
  std::string id;  ///< the mail server's name for it
  MessageOrigin origin;
};

/// One message that waits, as the mail server's own files tell.
struct QueueMessage {
  static constexpr std::size_t kMostRecipients = 1'000;  ///< that are kept by name; all are counted

  std::string id;  ///< the mail server's name for it
  MessageOrigin origin;
  std::vector<std::string> recipients;  ///< not yet reached
  std::uint64_t recipient_count = 0;
  std::string subject;  ///< as it stands in the header, cut at 200 bytes
  std::optional<Timestamp> received;
  std::optional<BouncedOriginal> original;  ///< where this server made it as a bounce

  void add_recipient(std::string_view address);
};

}  // namespace rescue::recovery
