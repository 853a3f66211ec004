// An open relay lets strangers send mail to strangers. It is asked, in known spellings, whether it would; it
// is never given a message.
#include <algorithm>

#include "connection.hpp"
#include "looks.hpp"
#include "relay_tricks.hpp"
#include "rescue/base/id.hpp"
#include "smtp_dialogue.hpp"

namespace rescue::outside {
namespace {

using Kind = Trouble::Kind;

/// Servers slow down who was refused often (Postfix: each reply comes a second later after ten), or hang up.
/// Then we go on in a new conversation: after so many refusals by ourselves, and so often.
constexpr int kRefusalsPerConversation = 9;
constexpr int kConversationsMax = 6;

/// How it stands with one port.
struct Relay {
  std::size_t next = 0;  ///< trick
  int refusals = 0;      ///< in this conversation
  bool asked_all = false;
  bool takes_anything = false;  ///< any mailbox at its own name
  bool only_for_now = true;     ///< every refusal was a 4xx
  std::vector<std::string> taken;
  std::optional<Trouble> trouble;
};

std::string literal_of(const net::Address& address) {
  return (address.six ? "[IPv6:" : "[") + net::to_text(address) + "]";
}

/// EHLO, or HELO for who does not know it.
Got<Reply> introduce(SmtpDialogue& dialogue, const Options& options) {
  auto reply = dialogue.say("EHLO " + options.helo);
  if (!reply || reply->yes()) return reply;
  return dialogue.say("HELO " + options.helo);
}

/// Whether MAIL and RCPT are both taken; RSET forgets them.
Got<bool> is_taken(SmtpDialogue& dialogue, const RelayTrick& trick, Relay& relay) {
  const auto refused = [&](int code) {
    ++relay.refusals;
    if (code >= 500) relay.only_for_now = false;
    return code == 421;
  };
  bool taken = false;
  auto reply = dialogue.say("MAIL FROM:" + trick.sender);
  if (reply && reply->yes()) {
    reply = dialogue.say("RCPT TO:" + trick.recipient);
    taken = reply && reply->yes();
  }
  if (!reply) return tl::unexpected<Trouble>(reply.error());
  if (!taken && refused(reply->code)) return trouble(Kind::kLost, "the server ends the conversation");
  if (auto reset = dialogue.say("RSET"); !reset && !taken) return tl::unexpected<Trouble>(reset.error());
  return taken;
}

Got<void> ask_all(SmtpDialogue& dialogue, const std::vector<RelayTrick>& tricks, const Place& place,
                  Relay& relay) {
  for (; relay.next < tricks.size(); ++relay.next) {
    if (relay.refusals >= kRefusalsPerConversation) return {};
    const auto& trick = tricks[relay.next];
    if (trick.looks_local && relay.takes_anything) continue;
    place.transcript.note("asked: " + trick.name);
    const auto taken = is_taken(dialogue, trick, relay);
    if (!taken) return tl::unexpected<Trouble>(taken.error());
    if (*taken) relay.taken.push_back(trick.name);
  }
  relay.asked_all = true;
  return {};
}

/// A mailbox that nobody has: where it is taken, what is taken under the server's own name says nothing.
Got<void> ask_for_nobody(SmtpDialogue& dialogue, const RelayNames& names, const Place& place, Relay& relay) {
  place.transcript.note("asked: a mailbox that nobody has, to compare");
  const RelayTrick nobody{"nobody", "<" + names.sender + ">",
                          "<nobody-" + random_hex(6) + "@" + names.server + ">"};
  const bool before = relay.only_for_now;
  const auto taken = is_taken(dialogue, nobody, relay);
  relay.only_for_now = before;  // what it says of its own mailboxes is no refusal to relay
  if (!taken) return tl::unexpected<Trouble>(taken.error());
  relay.takes_anything = *taken;
  if (*taken) place.transcript.note("it takes any mailbox under its own name: such recipients are left out");
  return {};
}

Got<void> converse(Stream& stream, const Place& place, Relay& relay) {
  SmtpDialogue dialogue(stream, place.transcript, place.options, place.until);
  const auto greeting = dialogue.reply();
  if (!greeting) return tl::unexpected<Trouble>(greeting.error());
  if (greeting->code != 220) return trouble(Kind::kLost, "the server takes no mail from us");
  const auto introduced = introduce(dialogue, place.options);
  if (!introduced) return tl::unexpected<Trouble>(introduced.error());
  RelayNames names{place.options.sender, place.options.recipient, server_name(*greeting),
                   literal_of(place.address)};
  if (names.server.empty()) names.server = names.literal;
  const auto tricks = relay_tricks(names);
  relay.refusals = 0;
  if (relay.next == 0) {
    if (auto asked = ask_for_nobody(dialogue, names, place, relay); !asked) return asked;
  }
  if (auto asked = ask_all(dialogue, tricks, place, relay); !asked) return asked;
  static_cast<void>(dialogue.say("QUIT"));  // whatever it answers, we are done
  return {};
}

Relay ask_port(const Place& place, int port) {
  Relay relay;
  for (int count = 0; count < kConversationsMax && !relay.asked_all; ++count) {
    const auto before = relay.next;
    place.transcript.note("connecting to " + described(place.address, port));
    auto connection = Connection::open(place.address, port, place.options,
                                       deadline(place.options.limits.connect, place.until));
    Got<void> done =
        connection ? converse(**connection, place, relay) : tl::unexpected<Trouble>(connection.error());
    if (done) continue;
    relay.trouble = done.error();
    place.transcript.note(done.error().text);
    // Another conversation only after the server has ended this one for what we asked.
    if (!connection || done.error().kind != Kind::kLost || relay.next == before) break;
  }
  return relay;
}

Look judged(const Relay& relay, int port) {
  Look out{.port = port};
  out.seen = {{"tricks", relay.taken}, {"asked_all", relay.asked_all}};
  if (!relay.taken.empty()) {
    out.answer = Answer::kConfirmed;
    out.why = "it takes mail from strangers to strangers (" + std::to_string(relay.taken.size()) +
              " of the spellings tried, the first: " + relay.taken.front() + "); no message was sent";
  } else if (relay.asked_all || relay.next > 0) {
    out.answer = Answer::kNotReproduced;
    out.why =
        relay.only_for_now ? "it refused to relay, each time only for now (4xx)" : "it refused to relay";
    if (!relay.asked_all) out.why += "; before all was asked: " + relay.trouble->text;
  } else {
    return no_connection(*relay.trouble, port);
  }
  return out;
}

}  // namespace

Look look_for_relay(const Place& place) {
  std::vector<int> ports = place.options.relay_ports;
  // Beside the usual ones, and first; the port of any other complaint is often the victim's.
  if (place.complaint.port && place.complaint.kind == "open_relay") {
    const int named = static_cast<int>(*place.complaint.port);
    std::erase(ports, named);
    ports.insert(ports.begin(), named);
  }
  std::optional<Look> best;
  for (const int port : ports) {
    auto look = judged(ask_port(place, port), port);
    if (!best || look.answer < best->answer) best = std::move(look);
    if (best->answer == Answer::kConfirmed) break;
  }
  if (best && best->answer == Answer::kNotReproduced && place.complaint.kind == "spam") {
    best->why += "; spam may leave it in other ways";
  }
  return best.value_or(Look{.answer = Answer::kNotChecked, .why = "no port is set to be asked"});
}

}  // namespace rescue::outside
