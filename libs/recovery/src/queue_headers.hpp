#pragma once

#include <string_view>

#include "rescue/recovery/queue_message.hpp"

namespace rescue::recovery {

/// What a message's header says of its way: the first (newest) Received line, which the last server wrote,
/// the script that PHP names, the subject. RFC 5322, 2.2.
struct HeaderFacts {
  std::string received;  ///< unfolded
  std::string script;    ///< file name
  std::optional<std::uint32_t> script_uid;
  std::string subject;
  std::string return_path;
};

/// `text`: lines up to the empty one (or the end), each ended by a line feed.
HeaderFacts read_headers(std::string_view text);

/// "… (Postfix, from userid 33)": the user who called sendmail.
std::optional<std::uint32_t> local_uid(std::string_view received);

/// Sendmail's "from name (host [192.0.2.7]) (authenticated bits=0) by …": that somebody logged in, and who,
/// where the server was told to write that: "(user=sales mech=PLAIN)", "(authenticated as sales)". What
/// stands behind "by" can be a stranger's.
void read_login(std::string_view received, MessageOrigin& out);

/// The message that the bounce with this content is about: postfix's report of delivery (X-Postfix-Queue-ID,
/// X-Postfix-Sender) and the header that a bounce repeats. Nothing where neither is there.
std::optional<BouncedOriginal> read_bounced_original(std::string_view content);

}  // namespace rescue::recovery
