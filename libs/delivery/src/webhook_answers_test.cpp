// Endpoints that mean harm: whatever they answer, and however slowly, a call ends in time and takes little
// room.
#include <gtest/gtest.h>

#include "listener_testing.hpp"

namespace rescue::delivery {
namespace {

using std::chrono::milliseconds;
using testing::Listener;
using testing::options_here;

/// A call with 400 ms, which must be over long before what httplib would wait.
Outcome send_briefly(const std::string& url) {
  auto options = options_here();
  options.timeout = milliseconds(400);
  const auto begun = std::chrono::steady_clock::now();
  auto outcome = testing::send_here(url, options);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(5));
  return outcome;
}

/// Reads the request, says `first`, then goes on as told.
Listener::Talk says(std::string first, std::function<void(int)> then) {
  return [first = std::move(first), then = std::move(then)](Listener& self, int connection) {
    self.read_request(connection);
    ::send(connection, first.data(), first.size(), MSG_NOSIGNAL);
    then(connection);
  };
}

Listener::Talk floods(const std::string& first, const std::string& text) {
  return says(first, [text](int connection) { Listener::flood(connection, text); });
}
Listener::Talk drips(const std::string& first, char byte) {
  return says(first, [byte](int connection) { Listener::drip(connection, byte); });
}

TEST(WebhookAnswers, ASilentEndpointIsGivenUpInTime) {
  Listener listener("");
  const auto outcome = send_briefly(listener.url());
  EXPECT_EQ(outcome.verdict, Verdict::kLater);
  EXPECT_EQ(outcome.problem, "timed-out");
}

TEST(WebhookAnswers, AStatusLineThatDripsForEverIsGivenUpInTime) {
  Listener listener(drips("HTTP/1.1 20", '0'));
  EXPECT_EQ(send_briefly(listener.url()).problem, "timed-out");
}

TEST(WebhookAnswers, AHeadThatDripsForEverIsGivenUpInTime) {
  Listener listener(drips("HTTP/1.1 200 OK\r\nX: ", 'x'));
  EXPECT_EQ(send_briefly(listener.url()).problem, "timed-out");
}

TEST(WebhookAnswers, ABodyThatDripsForEverIsCutOffAfterTheStatusHadCome) {
  Listener listener(drips("HTTP/1.1 200 OK\r\n\r\n", 'x'));
  EXPECT_EQ(send_briefly(listener.url()).verdict, Verdict::kDelivered);
}

TEST(WebhookAnswers, AHugeBodyIsCutOffAfterTheStatusHadCome) {
  for (const auto* head : {"", "Content-Length: 99999999999999\r\n", "Transfer-Encoding: chunked\r\n"}) {
    const auto text =
        std::string(head).starts_with("T") ? "10\r\nxxxxxxxxxxxxxxxx\r\n" : std::string(4096, 'x');
    Listener listener(floods("HTTP/1.1 200 OK\r\n" + std::string(head) + "\r\n", text));
    EXPECT_EQ(testing::send_here(listener.url()).verdict, Verdict::kDelivered) << head;
  }
}

TEST(WebhookAnswers, AHugeHeadIsNoAnswer) {
  for (const auto* text : {"X: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\r\n", "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"}) {
    Listener listener(floods("HTTP/1.1 200 OK\r\n", text));
    const auto outcome = testing::send_here(listener.url());
    EXPECT_EQ(outcome.verdict, Verdict::kLater);
    EXPECT_EQ(outcome.problem, "transfer-failed") << outcome.detail;
  }
}

TEST(WebhookAnswers, AStatusLineWithoutEndNeverReachesTheExpressionThatRecurses) {
  for (const auto* before : {"", "HTTP/1.1 100 Continue\r\n\r\n"}) {
    Listener listener(floods(std::string(before) + "HTTP/1.1 200 ", std::string(1000, 'x')));
    EXPECT_EQ(testing::send_here(listener.url()).problem, "transfer-failed");
  }
}

TEST(WebhookAnswers, InterimAnswersWithoutEndAreNoAnswer) {
  Listener listener(floods("", "HTTP/1.1 100 Continue\r\n\r\n"));
  EXPECT_EQ(testing::send_here(listener.url()).problem, "transfer-failed");
}

TEST(WebhookAnswers, WhatIsNoHttpIsNoAnswer) {
  for (const auto* text : {"SSH-2.0-x\r\n", "HTTP/2 200\r\n\r\n", "HTTP/1.1 OK\r\n\r\n", "\r\n\r\n"}) {
    Listener listener{std::string(text)};
    EXPECT_EQ(testing::send_here(listener.url()).problem, "transfer-failed") << text;
  }
}

TEST(WebhookAnswers, NothingIsUnpackedThatClaimsToBePacked) {
  Listener listener("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nxyz");
  EXPECT_EQ(testing::send_here(listener.url()).verdict, Verdict::kDelivered);
}

}  // namespace
}  // namespace rescue::delivery
