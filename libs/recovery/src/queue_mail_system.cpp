#include "queue_mail_system.hpp"

#include <array>
#include <cstdio>

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
  return out;
}

}  // namespace rescue::recovery
