#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "rescue/base/clock.hpp"
#include "rescue/base/json.hpp"
#include "rescue/incident/complaint.hpp"
#include "rescue/net/address.hpp"

namespace rescue::outside {

using SteadyTime = std::chrono::steady_clock::time_point;

/// What a look from outside came to.
enum class Answer {
  kConfirmed,      ///< the server does what it is said to do
  kNotReproduced,  ///< it answered, and does not
  kUnreachable,    ///< nobody answered in time
  kNotChecked,     ///< no look fits, or it is not allowed
};
std::string_view to_string(Answer answer);

/// One line of what was said: by us, by the server, or a remark of ours. Escaped: visible ASCII only.
struct Line {
  enum class From { kUs, kServer, kNote };
  Timestamp at;
  From from = From::kNote;
  std::string text;
};

/// How much of time and bytes a look may take, whatever the server does.
struct Limits {
  std::chrono::milliseconds connect{10'000};
  std::chrono::milliseconds step{30'000};    ///< one reply, one handshake, one whole answer
  std::chrono::milliseconds whole{180'000};  ///< one complaint
  std::chrono::milliseconds banner{5'000};   ///< for the first word of a port that may say nothing
  std::size_t bytes = 256 * 1024;            ///< of one connection's lines
  std::size_t body_bytes = 1024 * 1024;      ///< of a page
};

struct Options {
  net::Networks allow;  ///< beside the public internet
  Limits limits;
  SteadyTime until = SteadyTime::max();                ///< nothing goes on after this
  int stop_fd = -1;                                    ///< readable: whoever waits for us does so no more
  std::string helo = "rescue-check.example.com";       ///< what we call ourselves
  std::string sender = "rescue-check@example.com";     ///< a mailbox of ours, elsewhere than the server
  std::string recipient = "rescue-check@example.org";  ///< another, at another domain
  std::vector<int> relay_ports{25, 587};
  /// Redirects to the same host at the same server that are gone after; none unless it is set.
  int redirects_max = 0;
};

/// One complaint and what was seen of it.
struct Check {
  incident::Complaint complaint;
  Answer answer = Answer::kNotChecked;
  std::string why = {};      ///< one sentence for a person, escaped
  std::string address = {};  ///< of the one that decided; "" where nothing was connected to
  int port = 0;
  Json seen =
      Json::object();  ///< what can be compared later: {tricks: []}, {status, title, sha256, …}, {banner}
  std::vector<Line> transcript = {};
};

/// Looks at the server from outside in the way that fits the complaint. `addresses` are the server's own, the
/// one to look at first in front: nothing else is ever connected to, and of them only what is of the public
/// internet or allowed. No name is resolved. Blocks, within `options`; each thread may look.
///   open_relay, spam: an SMTP dialogue that tries known tricks of addressing and ends before any message;
///   phishing_url, malware_url: one GET of the URL; open_port: a connection and its first bytes.
Check check_complaint(const incident::Complaint& complaint, const std::vector<std::string>& addresses,
                      const Options& options, const Clock& clock);

/// For the document that is kept: {complaint, answer, why, address?, port?, seen, transcript: [{at, from,
/// text}]}.
Json to_json(const Check& check);
/// The same without the transcript, for a summary.
Json to_summary(const Check& check);
/// What several come to: confirmed where one is, then not_reproduced, unreachable, not_checked.
Answer overall(const std::vector<Check>& checks);

}  // namespace rescue::outside
