#include "rescue/recovery/postfix_queue_file.hpp"

#include <memory>
#include <string>

#include "fuzz_input.hpp"

using namespace rescue;  // NOLINT(google-build-using-namespace): a program of one function

void fuzz_one(std::string_view input) {
  const evidence::OpenFile file(std::make_shared<const std::string>(input), {});
  recovery::QueueMessage message;
  recovery::read_postfix_message(file, message);
  if (message.recipients.size() > recovery::QueueMessage::kMostRecipients) __builtin_trap();
}
