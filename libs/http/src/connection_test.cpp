#include "connection.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <random>
#include <stdexcept>

namespace rescue::http {
namespace {

using testing::HasSubstr;
using testing::Not;

class ConnectionTest : public testing::Test {
 protected:
  ConnectionTest() : null_(::open("/dev/null", O_WRONLY | O_CLOEXEC)) {}
  ~ConnectionTest() override { ::close(null_); }

  std::vector<Route> routes() {
    return {{.method = Method::kGet,
             .pattern = "/echo/{text}",
             .roles = {},
             .handler = [this](const Request& r) -> Result<Response> {
               ++handled;
               return Response::json(200, {{"text", r.param("text")}});
             }},
            {.method = Method::kPost,
             .pattern = "/size",
             .roles = {},
             .handler = [this](const Request& r) -> Result<Response> {
               ++handled;
               return Response::json(200, {{"size", r.body.size()}});
             },
             .body_bytes_max = 1'000},
            {.method = Method::kGet,
             .pattern = "/late/{text}",
             .roles = {},
             .late_handler = [this](const Request& r, const Answer& answer) {
               if (r.param("text") == "throws") throw std::runtime_error("inner words");
               answers.push_back(answer);
             }}};
  }

  Connection connection() { return {dispatcher, limits, now, late}; }
  /// Gives the bytes and takes every answer.
  std::string exchange(Connection& c, std::string_view bytes) {
    c.receive(bytes, now);
    std::string out;
    while (true) {
      out += c.output();
      if (!c.output().empty()) c.sent(c.output().size(), now);
      if (!c.work(now)) return out;
    }
  }
  bool ended(const Connection& c) { return c.lingers() || c.is_over(); }

  /// Hands over what has been answered meanwhile.
  void deliver(Connection& c) {
    for (auto& one : late->take()) {
      ASSERT_EQ(one.ticket, c.waits_for());
      c.answered(std::move(one), now);
    }
  }

  int handled = 0;
  std::vector<Answer> answers;
  int null_;
  SystemClock clock;
  log::Logger log{{.service = "test", .fd = null_}, clock};
  telemetry::Metrics metrics;
  ApiKeys keys;
  Dispatcher dispatcher{routes(), keys, log, metrics};
  std::shared_ptr<LateAnswers> late = std::make_shared<LateAnswers>();
  ConnectionLimits limits;
  Connection::Time now{std::chrono::seconds(1'000)};
};

constexpr const char* kGet = "GET /echo/a HTTP/1.1\r\nHost: h\r\n\r\n";
constexpr const char* kPost = "POST /size HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nabcde";

TEST_F(ConnectionTest, AnswersARequestThatComesByteByByte) {
  auto c = connection();
  const std::string request = kPost;
  std::string out;
  for (const char byte : request) out += exchange(c, {&byte, 1});
  EXPECT_THAT(out, HasSubstr("{\"size\":5}"));
  EXPECT_FALSE(ended(c));
  EXPECT_THAT(exchange(c, kGet), HasSubstr("{\"text\":\"a\"}"));
  EXPECT_EQ(handled, 2);
}

TEST_F(ConnectionTest, PipelinedRequestsAreAnsweredInOrderOneByOne) {
  auto c = connection();
  c.receive(std::string(kGet) + kPost + "GET /echo/last HTTP/1.1\r\nHost: h\r\n\r\n", now);
  while (c.work(now)) {
  }
  EXPECT_EQ(handled, 1) << "the second request must wait until the first answer has left";
  const auto out = exchange(c, "");
  EXPECT_EQ(handled, 3);
  EXPECT_LT(out.find("\"a\""), out.find("\"size\""));
  EXPECT_LT(out.find("\"size\""), out.find("\"last\""));
}

TEST_F(ConnectionTest, ABodyThatWasNotReadIsNeverARequest) {
  const std::string smuggled = "GET /echo/smuggled HTTP/1.1\r\nHost: h\r\n\r\n";
  const auto length = [](std::size_t n) { return "Content-Length: " + std::to_string(n) + "\r\n"; };
  const std::vector<std::string> heads = {
      "POST /size HTTP/1.1\r\nHost: h\r\n" + length(5'000) + "\r\n",
      "POST /nothing HTTP/1.1\r\nHost: h\r\n" + length(smuggled.size()) + "\r\n",
      "DELETE /size HTTP/1.1\r\nHost: h\r\n" + length(smuggled.size()) + "\r\n",
      "GET /echo/a HTTP/1.1\r\nHost: h\r\n" + length(smuggled.size()) + "\r\n",
      "POST /size HTTP/1.1\r\nHost: h\r\nContent-Length: abc\r\n\r\n",
      "POST /size HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n",
      std::string("POST /size HTTP/1.1\r\nHost: h\r\nX: a\n\r\n"),
      std::string("\x16\x03\x01\r\n\r\n")};
  for (const auto& head : heads) {
    handled = 0;
    auto c = connection();
    auto out = exchange(c, head + smuggled);
    out += exchange(c, smuggled);
    EXPECT_EQ(handled, 0) << head;
    EXPECT_THAT(out, Not(HasSubstr("smuggled"))) << head;
    EXPECT_THAT(out, HasSubstr("Connection: close"));
    EXPECT_EQ(out.find("HTTP/1.1 "), out.rfind("HTTP/1.1 ")) << "one answer only: " << out;
    EXPECT_TRUE(ended(c));
  }
}

TEST_F(ConnectionTest, ARefusalWithoutABodyKeepsTheConnection) {
  auto c = connection();
  EXPECT_THAT(exchange(c, "GET /nothing HTTP/1.1\r\nHost: h\r\n\r\n"), HasSubstr("404"));
  EXPECT_THAT(exchange(c, kGet), HasSubstr("200"));
}

TEST_F(ConnectionTest, CloseIsHonoured) {
  auto c = connection();
  const auto out = exchange(
      c,
      "GET /echo/a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\nGET /echo/b HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_TRUE(ended(c));
  EXPECT_EQ(handled, 1);
}

TEST_F(ConnectionTest, ContinueIsSentOnceAndOnlyWhenTheBodyIsWanted) {
  const std::string head = "POST /size HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: ";
  auto wanted = connection();
  EXPECT_EQ(exchange(wanted, head + "5\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_THAT(exchange(wanted, "abcde"), HasSubstr("{\"size\":5}"));
  auto refused = connection();
  EXPECT_THAT(exchange(refused, head + "5000\r\n\r\n"), testing::StartsWith("HTTP/1.1 413"));
}

TEST_F(ConnectionTest, HalfARequestGets408AndSilenceJustEnds) {
  auto half = connection();
  exchange(half, "GET /echo/a HT");
  const auto first_deadline = half.deadline();
  now += std::chrono::seconds(5);
  exchange(half, "TP/1.1\r\n");
  EXPECT_EQ(half.deadline(), first_deadline) << "a slow sender must not gain time by each byte";
  now += std::chrono::seconds(6);
  half.expire(now);
  EXPECT_THAT(std::string(half.output()), HasSubstr("HTTP/1.1 408"));
  auto silent = connection();
  silent.expire(now);
  EXPECT_TRUE(silent.is_over());
  EXPECT_TRUE(silent.output().empty());
}

TEST_F(ConnectionTest, AHalfClosedClientGetsItsAnswer) {
  auto c = connection();
  c.receive(kGet, now);
  c.end_of_input();
  while (c.work(now)) {
  }
  EXPECT_THAT(std::string(c.output()), HasSubstr("200"));
  EXPECT_FALSE(c.is_over());
  c.sent(c.output().size(), now);
  EXPECT_TRUE(c.is_over());
}

TEST_F(ConnectionTest, ALateAnswerIsWaitedForAndTheNextRequestAfterIt) {
  auto c = connection();
  EXPECT_EQ(exchange(c, "GET /late/a HTTP/1.1\r\nHost: h\r\n\r\nGET /echo/b HTTP/1.1\r\nHost: h\r\n\r\n"),
            "");
  EXPECT_NE(c.waits_for(), 0U);
  EXPECT_FALSE(c.wants_input());
  EXPECT_FALSE(c.is_over());
  EXPECT_EQ(c.deadline(), Connection::Time::max());
  answers.at(0)(Response::json(202, {{"late", "a"}}));
  deliver(c);
  EXPECT_EQ(c.waits_for(), 0U);
  const auto out = exchange(c, "");
  EXPECT_THAT(out, HasSubstr("HTTP/1.1 202"));
  EXPECT_THAT(out, HasSubstr("{\"text\":\"b\"}"));
}

TEST_F(ConnectionTest, AClientThatWaitsGetsItsAnswerBeforeTheEnd) {
  auto c = connection();
  exchange(c, "GET /late/a HTTP/1.1\r\nHost: h\r\n\r\n");
  c.drain(now);
  EXPECT_FALSE(c.is_over());
  EXPECT_EQ(c.deadline(), Connection::Time::max());
  answers.at(0)(Response::json(202, Json::object()));
  deliver(c);
  EXPECT_THAT(exchange(c, ""), HasSubstr("Connection: close"));
  EXPECT_TRUE(ended(c));
}

TEST_F(ConnectionTest, AnErrorOrAThrowOfALateHandlerIsAProblem) {
  auto c = connection();
  exchange(c, "GET /late/a HTTP/1.1\r\nHost: h\r\n\r\n");
  answers.at(0)(fail(ErrorCode::kUnavailable, "database-unavailable", "no room"));
  deliver(c);
  EXPECT_THAT(exchange(c, ""), HasSubstr("HTTP/1.1 503"));
  exchange(c, "GET /late/throws HTTP/1.1\r\nHost: h\r\n\r\n");
  deliver(c);
  const auto out = exchange(c, "");
  EXPECT_THAT(out, HasSubstr("HTTP/1.1 500"));
  EXPECT_THAT(out, Not(HasSubstr("inner words")));
}

TEST_F(ConnectionTest, DrainEndsIdleConnectionsAndFinishesTheOthers) {
  auto idle = connection();
  exchange(idle, kGet);
  idle.drain(now);
  EXPECT_TRUE(idle.is_over());
  auto busy = connection();
  exchange(busy, "GET /echo/a HTTP/1.1\r\n");
  busy.drain(now);
  EXPECT_FALSE(busy.is_over());
  EXPECT_THAT(exchange(busy, "Host: h\r\n\r\n"), HasSubstr("Connection: close"));
  EXPECT_TRUE(ended(busy));
  auto fresh = connection();
  fresh.drain(now);
  EXPECT_FALSE(fresh.is_over()) << "it may be about to send its first request";
  EXPECT_LT(fresh.deadline(), now + std::chrono::seconds(1));
}

TEST_F(ConnectionTest, InputIsBounded) {
  auto c = connection();
  std::size_t given = 0;
  while (c.wants_input() && given < 10'000'000) {
    exchange(c, std::string(4'096, 'a'));
    given += 4'096;
    if (ended(c)) break;
  }
  EXPECT_LE(given, 32U * 1024);
  c.receive(std::string(limits.linger_bytes_max + 1, 'a'), now);
  EXPECT_TRUE(c.is_over());
}

/// Bytes near valid requests, cut and mixed at random: whatever comes, every answer is one of ours, nothing
/// is answered after the end, and the text of a request never becomes a request of its own.
TEST_F(ConnectionTest, SurvivesHostileBytes) {
  const std::vector<std::string> pieces = {kGet,
                                           kPost,
                                           "POST /size HTTP/1.1\r\n",
                                           "Host: h\r\n",
                                           "Content-Length: 5\r\n",
                                           "Content-Length: -1\r\n",
                                           "Transfer-Encoding: chunked\r\n",
                                           "\r\n",
                                           "\n",
                                           "\r",
                                           "\r\n\r\n",
                                           "abcde",
                                           "GET /%00 HTTP/1.1\r\n",
                                           "X: " + std::string(300, 'y') + "\r\n",
                                           std::string(1, '\0'),
                                           "\xff\xfe",
                                           ":",
                                           " ",
                                           "HTTP/1.1",
                                           "Expect: 100-continue\r\n",
                                           "Connection: close\r\n",
                                           "5\r\nabcde\r\n0\r\n\r\n",
                                           "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
                                           "\x16\x03\x01"};
  std::mt19937 random(7);
  for (int round = 0; round < 20'000; ++round) {
    auto c = connection();
    std::string out;
    for (auto n = random() % 12; n > 0; --n) {
      auto piece = pieces[random() % pieces.size()];
      if (random() % 4 == 0) piece = piece.substr(0, random() % (piece.size() + 1));
      if (random() % 8 == 0 && !piece.empty())
        piece[random() % piece.size()] = static_cast<char>(random() % 256);
      const bool had_ended = ended(c);
      const auto answer = exchange(c, piece);
      ASSERT_TRUE(!had_ended || answer.empty());
      out += answer;
    }
    ASSERT_TRUE(out.empty() || out.starts_with("HTTP/1.1 "));
    ASSERT_THAT(out, Not(HasSubstr("HTTP/1.1 500")));
  }
}

}  // namespace
}  // namespace rescue::http
