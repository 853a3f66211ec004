#include "queue_mail_system.hpp"

#include <array>
#include <cstdio>

#include "postfix_queue_names.hpp"
#include "rescue/recovery/exim_queue_file.hpp"
#include "rescue/recovery/sendmail_queue_file.hpp"

namespace rescue::recovery {

std::string kept_name(unsigned round) {
  std::array<char, 32> text{};
  const auto size = std::snprintf(text.data(), text.size(), "rescue-kept-%04u", round);
  return {text.data(), static_cast<std::size_t>(size)};
}

std::vector<std::unique_ptr<MailQueue>> open_mail_queues(const std::string& root, evidence::Gaps& gaps) {
  std::vector<std::unique_ptr<MailQueue>> out;
  if (auto queue = open_postfix_queue(root, gaps)) out.push_back(std::move(queue));
  if (auto queue = open_exim_queue(root, gaps)) out.push_back(std::move(queue));
  if (auto queue = open_sendmail_queue(root, gaps)) out.push_back(std::move(queue));
  return out;
}

bool is_message_id(MailSystem system, std::string_view name) {
  switch (system) {
    case MailSystem::kPostfix:
      return is_postfix_id(name);
    case MailSystem::kExim:
      return is_exim_id(name);
    case MailSystem::kSendmail:
      return is_sendmail_id(name);
  }
  return false;
}

}  // namespace rescue::recovery
