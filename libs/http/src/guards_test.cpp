// Every fault of Pistache 0.0.5 that README.md lists, tried on Pistache alone (where it must show: the attack
// works) and on our server (where it must not).
#include <gmock/gmock.h>

#include <atomic>
#include <latch>
#include <memory>
#include <stdexcept>
#include <thread>

#include "bare_pistache_testing.hpp"
#include "server_testing.hpp"

namespace rescue::http {
namespace {

using testing::HasSubstr;
using testing::Not;
using Ms = std::chrono::milliseconds;

#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif
// Pistache's own faults would end a sanitized run: there only our server is tried.
#define SKIP_BARE_WHEN_SANITIZED() \
  if (kSanitized) GTEST_SKIP() << "bare Pistache is no subject for the sanitizers"

class GuardsTest : public ServerTest {
 protected:
  /// The same routes as BarePistache has.
  int start_guarded(Server::Options options = {}) {
    return start(
        {open_route(Method::kGet, "/echo/{text}",
                    [](const Request& r) -> Result<Response> {
                      return Response{.content_type = "text/plain", .body = r.param("text")};
                    }),
         {.method = Method::kPost,
          .pattern = "/size",
          .roles = {},
          .handler = [](const Request& r) -> Result<Response> {
            return Response{.content_type = "text/plain", .body = "size " + std::to_string(r.body.size())};
          },
          .body_bytes_max = 10'000},
         open_route(Method::kGet, "/smuggled",
                    [this](const Request&) -> Result<Response> {
                      ++smuggled;
                      return Response{.content_type = "text/plain", .body = "smuggled"};
                    }),
         open_route(Method::kGet, "/throw",
                    [](const Request&) -> Result<Response> { throw std::runtime_error("hunter2"); }),
         open_route(Method::kGet, "/throw-int", [](const Request&) -> Result<Response> { throw 1; }),
         open_route(Method::kGet, "/slow",
                    [this](const Request&) -> Result<Response> {
                      ++slow_begun;
                      slow_may_end.wait();
                      return Response{.content_type = "text/plain", .body = "slow"};
                    }),
         open_route(Method::kGet, "/query",
                    [](const Request& r) -> Result<Response> {
                      RESCUE_ASSIGN(const auto q, r.query_integer("q", 0, 0, 100));
                      return Response{.content_type = "text/plain", .body = "q=" + std::to_string(q)};
                    })},
        options);
  }
  std::atomic<int> smuggled{0};
  std::atomic<int> slow_begun{0};
  std::latch slow_may_end{1};
};

// ---- 1. answers that reach another client
// -----------------------------------------------------------------------

struct Leaks {
  int tries = 0;
  int leaked = 0;
};

/// Each thread sends and closes at once, twice, then connects again (often under the same descriptor on the
/// server's side) and checks that it gets its own answer. Ends after `tries` checks, or with the first leak.
Leaks leak_attack(int port, int tries) {
  std::atomic<int> done{0};
  std::atomic<int> leaked{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; done < tries && leaked == 0; ++i, ++done) {
        const auto name = std::to_string(t) + "-" + std::to_string(i);
        for (int hasty = 0; hasty < 2; ++hasty) RawClient(port).send(get("/echo/secret-" + name));
        RawClient checker(port);
        checker.send(get("/echo/own-" + name));
        const auto answer = checker.read_answer(Ms(3'000));
        if (answer && answer->body.find("own-" + name) == std::string::npos) ++leaked;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  return {.tries = done, .leaked = leaked};
}

TEST_F(GuardsTest, AnswersNeverReachAnotherClient) {
  const auto result = leak_attack(start_guarded({.threads = 2}), kSanitized ? 2'000 : 20'000);
  EXPECT_EQ(result.leaked, 0) << "of " << result.tries;
}

TEST(BarePistacheTest, AnswersReachAnotherClient) {
  SKIP_BARE_WHEN_SANITIZED();
  BarePistache bare({.threads = 2});
  EXPECT_GT(leak_attack(bare.port(), 60'000).leaked, 0);
}

// ---- 2. left-over bodies that become requests
// -------------------------------------------------------------------

/// A request that is refused, and a body whose later part looks like a request of its own.
void smuggling_attack(int port, const std::string& head) {
  RawClient client(port);
  client.send(head);
  client.read_answer(Ms(1'000));
  client.send(get("/smuggled"));
  client.read_answer(Ms(300));
}

const std::vector<std::string>& refused_heads() {
  static const std::vector<std::string> heads = {
      // too large: the body follows its refusal
      "POST /size HTTP/1.1\r\nHost: h\r\nConnection: keep-alive\r\nContent-Length: 100000\r\n\r\n" +
          std::string(4'096, 'x'),
      // no request at all
      "POST  /size HTTP/1.1\r\nHost: h\r\n\r\n",
      "nonsense\r\n\r\n",
      // lengths that are none
      "POST /size HTTP/1.1\r\nHost: h\r\nConnection: keep-alive\r\nContent-Length: abc\r\n\r\n",
      "POST /size HTTP/1.1\r\nHost: h\r\nConnection: keep-alive\r\nContent-Length: -1\r\n\r\n",
      "POST /size HTTP/1.1\r\nHost: h\r\nConnection: keep-alive\r\nContent-Length: 5\r\nContent-Length: "
      "0\r\n\r\n",
      "POST /size HTTP/1.1\r\nHost: h\r\nConnection: keep-alive\r\nContent-Length: 0\r\nTransfer-Encoding: "
      "chunked\r\n\r\n",
      "POST /size HTTP/1.1\r\nHost: h\r\nConnection: keep-alive\r\nTransfer-Encoding: "
      "chunked\r\n\r\n0\r\n\r\n",
  };
  return heads;
}

TEST_F(GuardsTest, LeftOverBodiesNeverBecomeRequests) {
  const int port = start_guarded();
  for (int round = 0; round < 50; ++round) {
    for (const auto& head : refused_heads()) smuggling_attack(port, head);
  }
  EXPECT_EQ(smuggled, 0);
}

TEST_F(GuardsTest, EveryRefusalOfARequestsFormEndsTheConnection) {
  const int port = start_guarded();
  for (const auto& head : refused_heads()) {
    RawClient client(port);
    client.send(head);
    const auto answer = client.read_answer();
    ASSERT_TRUE(answer) << head;
    EXPECT_GE(answer->status, 400);
    EXPECT_THAT(answer->head, HasSubstr("Connection: close\r\n"));
    EXPECT_TRUE(client.ends_within(Ms(5'000))) << head;
  }
}

TEST(BarePistacheTest, LeftOverBodiesBecomeRequests) {
  SKIP_BARE_WHEN_SANITIZED();
  BarePistache bare({.threads = 1});
  for (const auto& head : refused_heads()) smuggling_attack(bare.port(), head);
  EXPECT_GE(bare.smuggled, 3);
}

// ---- 3. throws
// ----------------------------------------------------------------------------------------------------

TEST_F(GuardsTest, ThrowsNeitherEndTheProcessNorSpeak) {
  const int port = start_guarded();
  RawClient client(port);
  for (const auto* path : {"/throw", "/throw-int"}) {
    for (int i = 0; i < 100; ++i) {
      client.send(get(path));
      const auto answer = client.read_answer();
      ASSERT_TRUE(answer);
      EXPECT_EQ(answer->status, 500);
      EXPECT_THAT(answer->body, Not(HasSubstr("hunter2")));
    }
  }
}

TEST(BarePistacheTest, ThrowsSpeak) {
  SKIP_BARE_WHEN_SANITIZED();
  BarePistache bare({});
  RawClient client(bare.port());
  client.send(get("/throw"));
  EXPECT_THAT(client.read_answer()->body, HasSubstr("hunter2"));
}

TEST(BarePistacheDeathTest, ThrowsEndTheProcess) {
  SKIP_BARE_WHEN_SANITIZED();
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        BarePistache bare({});
        RawClient client(bare.port());
        client.send(get("/throw-int"));
        client.read_answer();
        ::_exit(0);
      },
      testing::KilledBySignal(SIGABRT), "");
}

// ---- 4. limits
// ----------------------------------------------------------------------------------------------------

TEST_F(GuardsTest, LimitsAreTheRoutesOwn) {
  const int port = start_guarded();
  RawClient client(port);
  client.send(post("/size", std::string(10'000, 'x')));
  EXPECT_EQ(client.read_answer()->body, "size 10000");
  client.send(get("/query", "X-Long: " + std::string(6'000, 'y') + "\r\n"));
  EXPECT_EQ(client.read_answer()->status, 200);
  client.send(post("/size", std::string(10'001, 'x')));
  EXPECT_EQ(client.read_answer()->status, 413);
  EXPECT_TRUE(client.ends_within(Ms(5'000)));
  for (const auto& [request, status] : std::vector<std::pair<std::string, int>>{
           {get("/query?q=" + std::string(9'000, '1')), 414},
           {get("/query", "X-Long: " + std::string(20'000, 'y') + "\r\n"), 431},
           {"GET /query HTTP/1.1\r\n" +
                [] {
                  std::string many;
                  for (int i = 0; i < 100; ++i) many += "X-" + std::to_string(i) + ": a\r\n";
                  return many;
                }() +
                "\r\n",
            431}}) {
    RawClient other(port);
    other.send(request);
    EXPECT_EQ(other.read_answer()->status, status);
    EXPECT_TRUE(other.ends_within(Ms(5'000)));
  }
}

TEST(BarePistacheTest, LimitIsOneForHeadAndBody) {
  SKIP_BARE_WHEN_SANITIZED();
  BarePistache bare({});
  RawClient client(bare.port());
  client.send(post("/size", std::string(5'000, 'x')));
  EXPECT_EQ(client.read_answer()->status, 413);
  EXPECT_FALSE(client.ends_within(Ms(300)));
}

// ---- 5. close, pipelining
// -----------------------------------------------------------------------------------------

constexpr const char* kCloseRequest = "GET /echo/a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";

TEST_F(GuardsTest, CloseIsHonouredAndPipelinesAreAnsweredInOrder) {
  const int port = start_guarded();
  RawClient client(port);
  std::string pipeline;
  for (int i = 0; i < 200; ++i)
    pipeline += i % 3 == 2 ? post("/size", std::string(static_cast<std::size_t>(i), 'x'))
                           : get("/echo/" + std::to_string(i));
  client.send(pipeline + kCloseRequest + get("/smuggled"));
  for (int i = 0; i < 200; ++i) {
    const auto answer = client.read_answer();
    ASSERT_TRUE(answer) << i;
    EXPECT_EQ(answer->body, i % 3 == 2 ? "size " + std::to_string(i) : std::to_string(i));
  }
  EXPECT_EQ(client.read_answer()->body, "a");
  EXPECT_TRUE(client.ends_within(Ms(5'000)));
  EXPECT_EQ(smuggled, 0);
}

TEST(BarePistacheTest, CloseIsNotHonouredAndPipelinesGetOneAnswer) {
  SKIP_BARE_WHEN_SANITIZED();
  BarePistache bare({});
  RawClient client(bare.port());
  client.send(kCloseRequest);
  ASSERT_TRUE(client.read_answer());
  EXPECT_FALSE(client.ends_within(Ms(300)));
  RawClient pipeline(bare.port());
  pipeline.send(get("/echo/1") + get("/echo/2"));
  ASSERT_TRUE(pipeline.read_answer());
  EXPECT_FALSE(pipeline.read_answer(Ms(300)));
}

// ---- 6. HEAD, OPTIONS
// ---------------------------------------------------------------------------------------------

int status_of(int port, const std::string& request) {
  RawClient client(port);
  client.send(request);
  const auto answer = client.read_answer(Ms(3'000), request.starts_with("HEAD"));
  return answer ? answer->status : 0;
}

TEST_F(GuardsTest, HeadAndOptionsAreAnswered) {
  const int port = start_guarded();
  RawClient client(port);
  client.send("HEAD /echo/abc HTTP/1.1\r\nHost: h\r\n\r\n");
  const auto head = client.read_answer(Ms(3'000), true);
  EXPECT_EQ(head->status, 200);
  EXPECT_THAT(head->head, HasSubstr("Content-Length: 3\r\n"));
  client.send("OPTIONS /echo/abc HTTP/1.1\r\nHost: h\r\n\r\n");
  const auto options = client.read_answer();
  EXPECT_EQ(options->status, 204) << "HEAD's answer must have had no body";
  EXPECT_THAT(options->head, HasSubstr("Allow: GET, HEAD, OPTIONS\r\n"));
  EXPECT_EQ(status_of(port, "DELETE /echo/abc HTTP/1.1\r\nHost: h\r\n\r\n"), 405);
  EXPECT_EQ(status_of(port, "HEAD /size HTTP/1.1\r\nHost: h\r\n\r\n"), 405);
}

TEST(BarePistacheTest, HeadAndOptionsAreRefused) {
  SKIP_BARE_WHEN_SANITIZED();
  BarePistache bare({});
  EXPECT_EQ(status_of(bare.port(), "HEAD /echo/abc HTTP/1.1\r\nHost: h\r\n\r\n"), 405);
  EXPECT_EQ(status_of(bare.port(), "OPTIONS /echo/abc HTTP/1.1\r\nHost: h\r\n\r\n"), 405);
}

// ---- 7. lengths
// -----------------------------------------------------------------------------------------------------

std::string with_length(const std::string& fields) {
  return "POST /size HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n";
}

TEST_F(GuardsTest, LengthsAreReadOneWayOrRefused) {
  const int port = start_guarded();
  for (const auto* fields :
       {"Content-Length: abc\r\n", "Content-Length: -1\r\n", "Content-Length: 5\r\nContent-Length: 5\r\n",
        "Content-Length: 5\r\nContent-Length: 6\r\n", "Content-Length: 5, 5\r\n", "Content-Length: +5\r\n",
        "Content-Length: 0x5\r\n", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "Content-Length: 18446744073709551621\r\n"}) {
    EXPECT_EQ(status_of(port, with_length(fields) + "abcde"), 400) << fields;
  }
  EXPECT_EQ(status_of(port, with_length("Transfer-Encoding: chunked\r\n") + "5\r\nabcde\r\n0\r\n\r\n"), 411);
  EXPECT_EQ(status_of(port, with_length("Transfer-Encoding: identity\r\n")), 501);
}

TEST(BarePistacheTest, LengthsAreMisread) {
  SKIP_BARE_WHEN_SANITIZED();
  BarePistache bare({});
  EXPECT_EQ(status_of(bare.port(), with_length("Content-Length: abc\r\n")), 200);
  EXPECT_EQ(status_of(bare.port(), with_length("Content-Length: -1\r\n")), 500);
  EXPECT_EQ(status_of(bare.port(), with_length("Content-Length: 5\r\nContent-Length: 5\r\n") + "abcde"), 200);
}

// ---- 8. decoding
// ----------------------------------------------------------------------------------------------------

TEST_F(GuardsTest, PathsAndQueriesAreDecodedOrRefused) {
  const int port = start_guarded();
  RawClient client(port);
  client.send(get("/echo/%E6%97%A5%20x"));
  EXPECT_EQ(client.read_answer()->body, "日 x");
  for (const auto* target :
       {"/query?q=1&q=2", "/query?q=12abc", "/query?q=abc", "/query?q=%ff", "/query?q=%00", "/query?q=%",
        "/echo/%00", "/echo/%c0%af", "/echo/%2e%2e", "/echo/a%2fb", "//echo/a", "/echo/../smuggled",
        "/echo/./a", "/echo/a%0d%0aX:%20y", "http://h/echo/a"}) {
    EXPECT_EQ(status_of(port, get(target)), 400) << target;
  }
  EXPECT_EQ(smuggled, 0);
}

TEST(BarePistacheTest, NothingIsDecodedAndTheFirstKeyWins) {
  SKIP_BARE_WHEN_SANITIZED();
  BarePistache bare({});
  RawClient client(bare.port());
  client.send(get("/echo/%41"));
  EXPECT_EQ(client.read_answer()->body, "%41");
  client.send(get("/query?q=1&q=2"));
  EXPECT_EQ(client.read_answer()->body, "q=1");
}

// ---- 9. header fields that nobody needs
// -----------------------------------------------------------------------------

const std::vector<std::string>& odd_fields() {
  static const std::vector<std::string> fields = {"Accept: nonsense\r\n",
                                                  "Accept: ;;;\r\n",
                                                  "Cookie: a\r\n",
                                                  "Cookie: =;=;\r\n",
                                                  "Date: yesterday\r\n",
                                                  "Accept-Encoding: x;q=z\r\n",
                                                  "Cache-Control: max-age=abc\r\n",
                                                  "Expires: never\r\n",
                                                  "User-Agent: \xc3\xbc\r\n"};
  return fields;
}

TEST_F(GuardsTest, OddFieldsDoNoHarm) {
  const int port = start_guarded();
  for (const auto& field : odd_fields()) EXPECT_EQ(status_of(port, get("/echo/a", field)), 200) << field;
  for (const auto* host : {"h:abc", "h:99999999", "h:-1", ":", "h h"}) {
    EXPECT_EQ(status_of(port, "GET /echo/a HTTP/1.1\r\nHost: " + std::string(host) + "\r\n\r\n"), 400)
        << host;
  }
}

TEST(BarePistacheTest, OddFieldsGive415And500) {
  SKIP_BARE_WHEN_SANITIZED();
  BarePistache bare({});
  EXPECT_EQ(status_of(bare.port(), get("/echo/a", "Accept: nonsense\r\n")), 415);
  EXPECT_EQ(status_of(bare.port(), get("/echo/a", "Cookie: a\r\n")), 500);
  EXPECT_EQ(status_of(bare.port(), get("/echo/a", "Date: yesterday\r\n")), 500);
  EXPECT_GE(status_of(bare.port(), "GET /echo/a HTTP/1.1\r\nHost: h:abc\r\n\r\n"), 400);
}

// ---- 10. time
// -------------------------------------------------------------------------------------------------------

TEST_F(GuardsTest, ALateAnswerIsStillTheAnswer) {
  const int port = start_guarded({.threads = 2, .request_timeout = Ms(500)});
  RawClient client(port);
  client.send(get("/slow"));
  while (slow_begun == 0) std::this_thread::yield();
  std::vector<std::unique_ptr<RawClient>>
      waiting;  // half of them on the busy thread, some with half a request
  for (int i = 0; i < 8; ++i) {
    waiting.push_back(std::make_unique<RawClient>(port));
    waiting.back()->send(get("/echo/a"));
  }
  RawClient half(port);
  half.send("GET /echo/a HTTP/1.1\r\n");
  EXPECT_EQ(half.read_answer()->status, 408);  // so the time-out has passed for all of them
  slow_may_end.count_down();
  EXPECT_EQ(client.read_answer()->body, "slow");
  for (auto& one : waiting) EXPECT_EQ(one->read_answer()->body, "a");
}

TEST_F(GuardsTest, WhatCameWhileTheThreadWasBusyCameInTime) {
  const int port = start_guarded({.threads = 1, .request_timeout = Ms(500)});
  RawClient waiting(port);
  waiting.send(get("/echo/b"));
  EXPECT_EQ(waiting.read_answer()->body, "b");
  RawClient client(port);
  client.send(get("/slow"));
  while (slow_begun == 0) std::this_thread::yield();
  waiting.send(get("/echo/a"));
  EXPECT_FALSE(waiting.read_answer(Ms(1'000))) << "its thread is busy, for longer than the time-out";
  slow_may_end.count_down();
  EXPECT_EQ(client.read_answer()->body, "slow");
  EXPECT_EQ(waiting.read_answer()->body, "a");
}

TEST(BarePistacheTest, ALateAnswerBecomesA408) {
  SKIP_BARE_WHEN_SANITIZED();
  std::latch may_end(1);
  BarePistache bare({.threads = 1, .header_timeout = Ms(100), .slow_may_end = &may_end});
  RawClient client(bare.port());
  client.send(get("/later"));
  const auto answer = client.read_answer();
  may_end.count_down();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 408);
}

TEST_F(GuardsTest, ABusyThreadKeepsNoNewConnectionWaiting) {
  const int port = start_guarded({.threads = 2});
  RawClient slow(port);
  slow.send(get("/slow"));
  for (int i = 0; i < 100; ++i) {
    RawClient other(port);
    other.send(get("/echo/a"));
    ASSERT_TRUE(other.read_answer()) << "connection " << i << " waits behind a busy thread";
  }
  slow_may_end.count_down();
  EXPECT_EQ(slow.read_answer()->body, "slow");
}

TEST(BarePistacheTest, ABusyThreadKeepsNewConnectionsWaiting) {
  SKIP_BARE_WHEN_SANITIZED();
  std::latch may_end(1);
  BarePistache bare({.threads = 2, .slow_may_end = &may_end});
  RawClient slow(bare.port());
  slow.send(get("/slow"));
  int stalled = 0;
  for (int i = 0; i < 4; ++i) {
    RawClient held(bare.port());  // two descriptors in turn: one of them belongs to the busy thread
    RawClient other(bare.port());
    held.send(get("/echo/a"));
    other.send(get("/echo/a"));
    stalled += held.read_answer(Ms(300)) ? 0 : 1;
    stalled += other.read_answer(Ms(300)) ? 0 : 1;
  }
  may_end.count_down();
  EXPECT_GT(stalled, 0);
}

// ---- 11. the end
// ----------------------------------------------------------------------------------------------------

TEST_F(GuardsTest, TheEndLosesNoAnswer) {
  const int port = start_guarded({.threads = 3});
  RawClient idle(port);
  idle.send(get("/echo/a"));
  EXPECT_TRUE(idle.read_answer());
  RawClient slow(port);
  slow.send(get("/slow"));
  while (slow_begun == 0) std::this_thread::yield();
  std::thread drain([this] { server->drain(); });
  EXPECT_TRUE(idle.ends_within(Ms(5'000)));  // so the end has begun, and the handler still runs
  slow_may_end.count_down();
  EXPECT_EQ(slow.read_answer()->body, "slow");
  drain.join();
}

TEST(BarePistacheTest, TheEndLosesAnswers) {
  SKIP_BARE_WHEN_SANITIZED();
  std::latch may_end(1);
  auto bare = std::make_unique<BarePistache>(BarePistache::Options{.threads = 1, .slow_may_end = &may_end});
  RawClient slow(bare->port());
  slow.send(get("/slow"));
  while (bare->slow_begun == 0) std::this_thread::yield();
  bare->shutdown();
  may_end.count_down();
  bare.reset();
  EXPECT_FALSE(slow.read_answer(Ms(500)));
}

}  // namespace
}  // namespace rescue::http
