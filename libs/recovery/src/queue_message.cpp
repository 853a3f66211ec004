#include "rescue/recovery/queue_message.hpp"

namespace rescue::recovery {

std::string_view to_string(MailSystem system) {
  return system == MailSystem::kPostfix ? "postfix" : "exim";
}

void QueueMessage::add_recipient(std::string_view address) {
  constexpr std::size_t kMostBytes = 320;  // RFC 5321, 4.5.3.1: 64 and 255, and the sign between
  if (recipient_count++ < kMostRecipients) recipients.emplace_back(address.substr(0, kMostBytes));
}

}  // namespace rescue::recovery
