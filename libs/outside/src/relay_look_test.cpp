#include <set>

#include "rescue/outside/testing/scripted_server.hpp"

namespace rescue::outside {
namespace {

using testing::look;
using testing::options_here;
using testing::Peer;
using testing::ScriptedServer;
using testing::transcript_of;

/// A mail server whose judgement of a recipient is the test's own; it remembers every command.
class MailServer {
 public:
  using Judge = std::function<std::string(const std::string& sender, const std::string& recipient)>;

  explicit MailServer(Judge judge, int refusals_max = 1'000)
      : judge_(std::move(judge)), refusals_max_(refusals_max), server_([this](Peer& peer) { serve(peer); }) {}

  Check looked_at(const char* kind = "open_relay") {
    Options options = options_here();
    options.relay_ports = {server_.port()};
    return look({.kind = kind, .url = {}, .port = {}, .protocol = {}}, options);
  }
  std::vector<std::string> commands() {
    const std::lock_guard lock(mutex_);
    return commands_;
  }
  int conversations() const { return server_.connections(); }
  /// In one conversation.
  int most_refusals() const { return most_refusals_; }
  int port() const { return server_.port(); }

 private:
  std::string answer(const std::string& command, std::string& sender) {
    if (command.starts_with("EHLO")) return "250-mail.victim.test\r\n250-PIPELINING\r\n250 SIZE";
    if (command.starts_with("MAIL FROM:")) sender = command.substr(10);
    if (command.starts_with("RCPT TO:")) return judge_(sender, command.substr(8));
    return command == "QUIT" ? "221 bye" : "250 ok";
  }
  void serve(Peer& peer) {
    peer.say("220 mail.victim.test ESMTP\r\n");
    std::string sender;
    int refusals = 0;
    while (true) {
      const auto command = peer.hear();
      if (command.empty()) return;
      {
        const std::lock_guard lock(mutex_);
        commands_.push_back(command);
      }
      const auto reply = answer(command, sender);
      if (reply[0] >= '4') most_refusals_ = std::max<int>(most_refusals_, ++refusals);
      if (refusals > refusals_max_) {
        peer.say("421 too many errors\r\n");
        return;
      }
      peer.say(reply + "\r\n");
      if (command == "QUIT") return;
    }
  }
  Judge judge_;
  int refusals_max_;
  std::atomic<int> most_refusals_ = 0;
  std::mutex mutex_;
  std::vector<std::string> commands_;
  ScriptedServer server_;
};

const std::string kNo = "554 5.7.1 relay access denied";

std::string taken_where(bool taken) {
  return taken ? "250 ok" : kNo;
}

TEST(RelayLook, AnOpenRelayIsConfirmedAndNoMessageIsEverBegun) {
  MailServer open([](auto&, auto& recipient) { return taken_where(!recipient.starts_with("<nobody-")); });
  const auto check = open.looked_at();
  EXPECT_EQ(check.answer, Answer::kConfirmed) << check.why;
  EXPECT_EQ(check.address, "127.0.0.1");
  EXPECT_EQ(check.seen["tricks"][0], "foreign to foreign");
  std::set<std::string> verbs;
  for (const auto& command : open.commands()) verbs.insert(command.substr(0, 4));
  EXPECT_EQ(verbs, (std::set<std::string>{"EHLO", "MAIL", "RCPT", "RSET", "QUIT"}));
  EXPECT_EQ(open.commands().back(), "QUIT");
  EXPECT_NE(transcript_of(check).find("> RCPT TO:<rescue-check@example.org>\n< 250 ok\n> RSET"),
            std::string::npos)
      << transcript_of(check);
}

TEST(RelayLook, AClosedRelayIsNotReproducedWhetherItSays5xxOr4xx) {
  MailServer closed([](auto&, auto&) { return kNo; });
  const auto check = closed.looked_at();
  EXPECT_EQ(check.answer, Answer::kNotReproduced);
  EXPECT_EQ(check.why, "it refused to relay");
  EXPECT_EQ(closed.commands().back(), "QUIT");
  MailServer deferring([](auto&, auto&) { return "454 4.7.1 relay access denied"; });
  EXPECT_EQ(deferring.looked_at("spam").why,
            "it refused to relay, each time only for now (4xx); spam may leave it in other ways");
}

TEST(RelayLook, EachSpellingThatServersHaveFallenForIsTried) {
  const std::pair<const char*, const char*> spellings[] = {
      {"<rescue-check%example.org@mail.victim.test>", "percent at the server"},
      {"<rescue-check%example.org@[127.0.0.1]>", "percent at the address"},
      {"<rescue-check%example.org>", "percent, without domain"},
      {"<\"rescue-check@example.org\">", "quoted, without domain"},
      {"<\"rescue-check@example.org\"@mail.victim.test>", "quoted at the server"},
      {"<rescue-check@example.org@mail.victim.test>", "two @ at the server"},
      {"<example.org!rescue-check>", "bang path"},
      {"<example.org!rescue-check@[127.0.0.1]>", "bang path at the address"},
      {"<@mail.victim.test:rescue-check@example.org>", "source route at the server"}};
  for (const auto& [spelling, name] : spellings) {
    MailServer fooled(
        [wanted = std::string(spelling)](auto&, auto& to) { return taken_where(to == wanted); });
    const auto check = fooled.looked_at();
    EXPECT_EQ(check.answer, Answer::kConfirmed) << spelling;
    EXPECT_EQ(check.seen["tricks"], Json({name}));
  }
  for (const auto* sender :
       {"<>", "<postmaster@mail.victim.test>", "<postmaster@[127.0.0.1]>", "<postmaster>"}) {
    MailServer trusting([sender](auto& from, auto& to) {
      return taken_where(from == sender && to == "<rescue-check@example.org>");
    });
    EXPECT_EQ(trusting.looked_at().answer, Answer::kConfirmed) << sender;
  }
}

TEST(RelayLook, AServerThatTakesAnyMailboxOfItsOwnIsNotCalledARelay) {
  MailServer catch_all([](auto&, auto& to) {
    return taken_where(to.find('@') == std::string::npos || to.ends_with("@mail.victim.test>") ||
                       to.ends_with("@[127.0.0.1]>"));
  });
  const auto check = catch_all.looked_at();
  EXPECT_EQ(check.answer, Answer::kNotReproduced) << check.why;
  EXPECT_NE(transcript_of(check).find("takes any mailbox under its own name"), std::string::npos);
}

TEST(RelayLook, AServerThatHangsUpAfterSomeRefusalsIsAskedTheRestInAnotherConversation) {
  MailServer impatient([](auto&, auto& to) { return taken_where(to == "<example.org!rescue-check>"); }, 4);
  const auto check = impatient.looked_at();
  EXPECT_EQ(check.answer, Answer::kConfirmed) << transcript_of(check);
  EXPECT_GT(impatient.conversations(), 1);
}

/// What a server comes to that talks like this.
Check hostile(ScriptedServer::Talk talk, const char* kind = "open_relay") {
  ScriptedServer server(std::move(talk));
  return look({.kind = kind, .url = {}, .port = server.port(), .protocol = {}});
}

// Postfix answers a second later for each command after ten refusals (smtpd_soft_error_limit).
TEST(RelayLook, NoConversationIsLongEnoughToBeSlowedDown) {
  MailServer closed([](auto&, auto&) { return kNo; });
  const auto check = closed.looked_at();
  EXPECT_EQ(check.answer, Answer::kNotReproduced);
  EXPECT_TRUE(check.seen["asked_all"].get<bool>());
  EXPECT_LT(closed.most_refusals(), 10);
  EXPECT_EQ(closed.commands().back(), "QUIT");
}

TEST(RelayLook, AServerThatIsHostileEndsInTime) {
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_EQ(hostile([](Peer& peer) { peer.wait_for_end(); }).answer, Answer::kUnreachable) << "silent";
  EXPECT_EQ(hostile([](Peer& peer) { peer.repeat("2", 20); }).answer, Answer::kUnreachable) << "drips";
  EXPECT_EQ(hostile([](Peer& peer) { peer.repeat("220-more\r\n", 0); }).answer, Answer::kNotReproduced);
  EXPECT_EQ(hostile([](Peer& peer) { peer.repeat(std::string(4'096, 'x'), 0); }).answer,
            Answer::kNotReproduced);
  EXPECT_EQ(hostile([](Peer& peer) { peer.say("SSH-2.0-x\r\n"); }).answer, Answer::kNotReproduced);
  EXPECT_EQ(hostile([](Peer&) {}).answer, Answer::kNotReproduced) << "hangs up";
  EXPECT_EQ(hostile([](Peer& peer) { peer.say("554 go away\r\n"); }).answer, Answer::kNotReproduced);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(20));
}

TEST(RelayLook, ATarpitIsLeftWhenTheWholeTimeIsOver) {
  const auto begun = std::chrono::steady_clock::now();
  const auto check = hostile([](Peer& peer) {
    peer.say("220 tar.test\r\n");
    while (!peer.hear().empty()) {
      pollfd gone = {peer.fd(), POLLRDHUP, 0};
      if (::poll(&gone, 1, 500) != 0 && (gone.revents & POLLRDHUP) != 0) return;
      peer.say("450 later\r\n");
    }
  });
  EXPECT_EQ(check.answer, Answer::kNotReproduced) << check.why;
  EXPECT_NE(check.why.find("no answer in time"), std::string::npos) << check.why;
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(9));
}

TEST(RelayLook, WhatTheServerSaysStandsEscapedInTheTranscript) {
  const auto check = hostile([](Peer& peer) {
    peer.say("220 <b>\x1b[2J\xff\\n evil.test\r\n");
    peer.wait_for_end();
  });
  EXPECT_NE(transcript_of(check).find("< 220 <b>\\x1b[2J\\xff\\\\n evil.test\n"), std::string::npos);
  EXPECT_NE(transcript_of(check).find("> EHLO rescue-check.example.com\n"), std::string::npos);
}

TEST(RelayLook, APortThatIsNamedAsARelaysIsAskedBesideTheUsualOnesAndNoOther) {
  MailServer usual([](const std::string&, const std::string&) { return kNo; });
  MailServer named([](const std::string&, const std::string&) { return "250 ok"; });
  Options options = options_here();
  options.relay_ports = {usual.port()};
  EXPECT_EQ(look({.kind = "spam", .url = {}, .port = named.port(), .protocol = {}}, options).answer,
            Answer::kNotReproduced);
  EXPECT_EQ(named.conversations(), 0) << "it is the port of the one who complains";
  EXPECT_EQ(look({.kind = "open_relay", .url = {}, .port = named.port(), .protocol = {}}, options).answer,
            Answer::kConfirmed);
  MailServer closed([](const std::string&, const std::string&) { return kNo; });
  const int before = usual.conversations();
  look({.kind = "open_relay", .url = {}, .port = closed.port(), .protocol = {}}, options);
  EXPECT_GT(closed.conversations(), 0);
  EXPECT_GT(usual.conversations(), before);
}

TEST(RelayLook, ANameThatIsNoneIsNotPutIntoCommands) {
  ScriptedServer server([](Peer& peer) {
    peer.say("220 a@b.c>\x01.x y\r\n");
    for (auto line = peer.hear(); !line.empty(); line = peer.hear()) peer.say("550 no\r\n");
  });
  const auto check = look({.kind = "open_relay", .url = {}, .port = server.port(), .protocol = {}});
  EXPECT_NE(transcript_of(check).find("MAIL FROM:<postmaster@[127.0.0.1]>"), std::string::npos)
      << transcript_of(check);
}

}  // namespace
}  // namespace rescue::outside
