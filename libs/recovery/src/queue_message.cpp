#include "rescue/recovery/queue_message.hpp"

#include <algorithm>
#include <array>

namespace rescue::recovery {
namespace {

constexpr std::array kNames = {std::pair{MailSystem::kPostfix, std::string_view("postfix")},
                               std::pair{MailSystem::kExim, std::string_view("exim")},
                               std::pair{MailSystem::kSendmail, std::string_view("sendmail")}};

}  // namespace

std::string_view to_string(MailSystem system) {
  return std::ranges::find(kNames, system, &std::pair<MailSystem, std::string_view>::first)->second;
}

std::optional<MailSystem> mail_system_from(std::string_view name) {
  const auto* const found = std::ranges::find(kNames, name, &std::pair<MailSystem, std::string_view>::second);
  return found == kNames.end() ? std::nullopt : std::optional(found->first);
}

void QueueMessage::add_recipient(std::string_view address) {
  constexpr std::size_t kMostBytes = 320;  // RFC 5321, 4.5.3.1: 64 and 255, and the sign between
  if (recipient_count++ < kMostRecipients) recipients.emplace_back(address.substr(0, kMostBytes));
}

}  // namespace rescue::recovery
