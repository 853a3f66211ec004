#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rescue::service {

/// What a consumer tells a sender after its commit: these of your messages stand in my database. It travels
/// in the sender's own stream, beside the messages: {"receipt": [message id, …]}.
std::string encode_receipt(const std::vector<std::string>& message_ids);
/// Nothing for what is no receipt.
std::optional<std::vector<std::string>> decode_receipt(std::string_view payload);

/// Whom a receipt goes to, and for what.
struct Owed {
  std::string sender, message_id;
};
/// Read from whatever can be read of a message, so that one that is set aside unread is not sent for ever.
/// Nothing when it does not name a sender.
std::optional<Owed> receipt_owed_for(std::string_view payload);

}  // namespace rescue::service
