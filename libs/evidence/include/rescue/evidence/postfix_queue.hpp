#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "rescue/evidence/gap.hpp"
#include "rescue/evidence/safe_root.hpp"

namespace rescue::evidence {

/// The envelope of one message that waits in postfix's queue.
struct QueuedEnvelope {
  std::string sender;
  std::string account;           ///< sasl_username, where somebody logged in to hand it in
  std::string address;           ///< the client's
  std::uint64_t recipients = 0;  ///< not yet reached
};

/// Records of a queue file up to its content: a type byte, the length in groups of seven bits, the lowest
/// first, the data (postfix's global/rec_type.h, global/record.c). False when it is none.
bool parse_queue_file(std::string_view bytes, QueuedEnvelope& out);

/// What waits, by who handed it in: the account, else the sender.
struct QueuedMail {
  std::uint64_t messages = 0, recipients = 0;
  bool by_account = false;
  std::string first_file;
};
/// The queues of /var/spool/postfix. Bounded: of more than 20,000 files of a queue the rest becomes a gap.
std::map<std::string, QueuedMail> read_postfix_queue(const SafeRoot& root, Gaps& gaps);

}  // namespace rescue::evidence
