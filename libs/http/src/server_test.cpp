#include "rescue/http/server.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <latch>
#include <mutex>
#include <stdexcept>
#include <thread>

#include "rescue/base/failpoint.hpp"
#include "server_testing.hpp"

namespace rescue::http {
namespace {

using testing::HasSubstr;
using testing::Not;
using Ms = std::chrono::milliseconds;

Handler hello() {
  return [](const Request&) -> Result<Response> { return Response::json(200, {{"hello", true}}); };
}

TEST_F(ServerTest, R24_OnlyTheNamedRolesMayAndTheRefusalSaysWhich) {
  const int port = start({{.method = Method::kPost,
                           .pattern = "/v1/incidents/{id}/orders",
                           .roles = {"web_form"},
                           .handler = hello()},
                          {.method = Method::kGet,
                           .pattern = "/v1/incidents",
                           .roles = {"operator", "internal"},
                           .handler = hello()}});
  RawClient client(port);
  for (const auto* role : {"reporter", "internal", "operator"}) {
    ASSERT_TRUE(client.send(post("/v1/incidents/inc_1/orders", "", bearer(role))));
    const auto answer = client.read_answer();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 403);
    const auto body = *parse_json(answer->body);
    EXPECT_EQ(body.at("type"), "urn:rescue:problem:role-not-allowed");
    EXPECT_THAT(body.at("detail").get<std::string>(),
                HasSubstr("allowed: web_form (this is done through the designated web form only)"));
  }
  client.send(post("/v1/incidents/inc_1/orders", "", bearer("web_form")));
  EXPECT_EQ(client.read_answer()->status, 200);
  client.send(get("/v1/incidents", bearer("web_form")));
  EXPECT_THAT(client.read_answer()->body, HasSubstr("allowed: internal, operator"));
  client.send(get("/v1/incidents"));
  const auto anonymous = client.read_answer();
  EXPECT_EQ(anonymous->status, 401);
  EXPECT_THAT(anonymous->head, HasSubstr("WWW-Authenticate: Bearer"));
}

TEST_F(ServerTest, HandlersSeeTheCallerTheTraceAndNoToken) {
  Request seen;
  const int port = start({{.method = Method::kGet,
                           .pattern = "/v1/x/{name}",
                           .roles = {"operator"},
                           .handler = [&](const Request& r) -> Result<Response> {
                             seen = r;
                             return Response::json(200, Json::object());
                           }}});
  RawClient client(port);
  client.send(get("/v1/x/a%20b?q=%E6%97%A5",
                  bearer("operator") +
                      "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\nX-Request-Id: "
                      "front-12345678\r\n"));
  const auto answer = client.read_answer();
  ASSERT_TRUE(answer);
  EXPECT_EQ(seen.caller->key_id, "key-ope");
  EXPECT_EQ(seen.param("name"), "a b");
  EXPECT_EQ(seen.query.at("q"), "日");
  EXPECT_EQ(seen.trace.trace_id, "0af7651916cd43dd8448eb211c80319c");
  EXPECT_NE(seen.trace.span_id, "b7ad6b7169203331");
  EXPECT_FALSE(seen.header("authorization"));
  EXPECT_THAT(answer->head, HasSubstr("traceparent: 00-0af7651916cd43dd8448eb211c80319c-"));
  EXPECT_THAT(answer->head, HasSubstr("X-Request-Id: front-12345678\r\n"));
  const auto line = *parse_json(logged().substr(0, logged().find('\n')));
  EXPECT_EQ(line.at("event"), "http.request");
  EXPECT_EQ(line.at("route"), "/v1/x/{name}");
  EXPECT_EQ(line.at("status"), 200);
  EXPECT_EQ(line.at("caller"), "key-ope");
  EXPECT_EQ(line.at("trace_id"), "0af7651916cd43dd8448eb211c80319c");
  EXPECT_EQ(line.at("request_id"), "front-12345678");
  EXPECT_TRUE(line.contains("duration_ms"));
  EXPECT_THAT(logged(), Not(HasSubstr(tokens["operator"].substr(10))));
  client.send(get("/v1/x/a", bearer("operator") + "traceparent: nonsense\r\nX-Request-Id: a b\"\r\n"));
  EXPECT_THAT(client.read_answer()->head, HasSubstr("X-Request-Id: hrq_"));
}

TEST_F(ServerTest, CountsByRouteMethodAndStatusWithBoundedLabels) {
  const int port = start({open_route(Method::kGet, "/v1/x/{name}", hello())});
  RawClient client(port);
  for (int i = 0; i < 300; ++i) {
    client.send(get("/v1/x/" + std::to_string(i)));
    ASSERT_TRUE(client.read_answer());
    client.send("M" + std::to_string(i) + " /nothing/" + std::to_string(i) + " HTTP/1.1\r\nHost: h\r\n\r\n");
    ASSERT_TRUE(client.read_answer());
  }
  const auto text = metrics.text();
  EXPECT_THAT(text,
              HasSubstr(R"(rescue_http_requests_total{method="GET",route="/v1/x/{name}",status="200"} 300)"));
  EXPECT_THAT(text,
              HasSubstr(R"(rescue_http_requests_total{method="other",route="unmatched",status="404"} 300)"));
  EXPECT_THAT(text, HasSubstr(R"(rescue_http_request_duration_seconds_count{route="/v1/x/{name}"} 300)"));
  EXPECT_THAT(text, HasSubstr("rescue_http_connections 1\n"));
}

TEST_F(ServerTest, EveryThrowIsA500WithoutItsText) {
  const int port =
      start({open_route(Method::kGet, "/std",
                        [](const Request&) -> Result<Response> { throw std::runtime_error("hunter2"); }),
             open_route(Method::kGet, "/int", [](const Request&) -> Result<Response> { throw 1; }),
             open_route(Method::kGet, "/error",
                        [](const Request&) -> Result<Response> {
                          return fail(ErrorCode::kInternal, "sql-error", "hunter2");
                        }),
             open_route(Method::kGet, "/split", [](const Request&) -> Result<Response> {
               return Response{.headers = {{"Location", "/a\r\nSet-Cookie: hunter2"}}};
             })});
  RawClient client(port);
  for (const auto* path : {"/std", "/int", "/error", "/split"}) {
    client.send(get(path));
    const auto answer = client.read_answer();
    ASSERT_TRUE(answer) << path;
    EXPECT_EQ(answer->status, 500);
    EXPECT_THAT(answer->head + answer->body, Not(HasSubstr("hunter2"))) << path;
    const auto body = *parse_json(answer->body);
    EXPECT_THAT(answer->head, HasSubstr("X-Request-Id: " + body.at("request_id").get<std::string>()));
    EXPECT_THAT(body.at("type").get<std::string>(),
                testing::AnyOf("urn:rescue:problem:internal-error", "urn:rescue:problem:sql-error"));
    EXPECT_THAT(logged(), HasSubstr(body.at("request_id").get<std::string>()));
  }
  EXPECT_THAT(logged(), HasSubstr("hunter2")) << "the operators do see the cause";
}

TEST_F(ServerTest, LargeAnswersReachASlowReader) {
  const std::string large(8'000'000, 'x');
  const int port =
      start({open_route(Method::kGet, "/large",
                        [&](const Request&) -> Result<Response> {
                          return Response{.content_type = "application/octet-stream", .body = large};
                        })},
            {.threads = 1});
  RawClient slow(port);
  slow.send(get("/large"));
  RawClient other(port);
  other.send(get("/nothing"));
  EXPECT_EQ(other.read_answer()->status, 404) << "one slow reader must not hold up its thread";
  slow.send(get("/nothing"));  // bytes that come while the answer is under way
  const auto answer = slow.read_answer(Ms(20'000));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->body, large);
  EXPECT_EQ(slow.read_answer()->status, 404);
}

TEST_F(ServerTest, SlowSendersAreEndedAndOthersServedMeanwhile) {
  const int port = start({open_route(Method::kGet, "/x", hello())},
                         {.threads = 1, .request_timeout = Ms(600), .keep_alive_timeout = Ms(600)});
  RawClient half(port);
  half.send("GET /x HTTP/1.1\r\nHost: h\r\n");
  RawClient body(port);
  body.send("POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc");
  RawClient silent(port);
  RawClient idle(port);
  idle.send(get("/x"));
  EXPECT_EQ(idle.read_answer()->status, 200);
  EXPECT_EQ(half.read_answer()->status, 408);
  EXPECT_TRUE(half.ends_within(Ms(5'000)));
  EXPECT_TRUE(body.ends_within(Ms(5'000)));
  EXPECT_TRUE(silent.ends_within(Ms(5'000)));
  EXPECT_TRUE(idle.ends_within(Ms(5'000)));
  EXPECT_EQ(silent.rest() + idle.rest(), "");
}

TEST_F(ServerTest, ATrickleOfBytesGainsNoTime) {
  const int port =
      start({open_route(Method::kGet, "/x", hello())}, {.threads = 1, .request_timeout = Ms(600)});
  RawClient client(port);
  client.send("GET /x HTTP/1.1\r\nX: ");
  const auto begin = std::chrono::steady_clock::now();
  while (client.send("a") && !client.ends_within(Ms(50)) &&
         std::chrono::steady_clock::now() - begin < Ms(10'000)) {
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begin, Ms(8'000));
  EXPECT_THAT(client.rest(), HasSubstr("408"));
}

TEST_F(ServerTest, AThousandHalfOpenConnectionsDoNotStopOthers) {
  const int port = start({open_route(Method::kGet, "/x", hello())}, {.threads = 2, .connections_max = 3'000});
  std::vector<std::unique_ptr<RawClient>> half;
  for (int i = 0; i < 1'000; ++i) {
    half.push_back(std::make_unique<RawClient>(port));
    ASSERT_TRUE(half.back()->connected());
    half.back()->send("GET /x HT");
  }
  for (int i = 0; i < 50; ++i) {
    RawClient client(port);
    client.send(get("/x"));
    ASSERT_EQ(client.read_answer()->status, 200);
  }
}

TEST_F(ServerTest, ConnectionsAreBounded) {
  const int port = start({open_route(Method::kGet, "/x", hello())}, {.threads = 1, .connections_max = 5});
  std::vector<std::unique_ptr<RawClient>> held;
  for (int i = 0; i < 5; ++i) {
    held.push_back(std::make_unique<RawClient>(port));
    held.back()->send(get("/x"));
    ASSERT_TRUE(held.back()->read_answer());
  }
  RawClient sixth(port);
  sixth.send(get("/x"));
  EXPECT_FALSE(sixth.read_answer(Ms(2'000)));
  held.pop_back();
  for (int i = 0; i < 500; ++i) {  // until the server has seen the close
    RawClient again(port);
    again.send(get("/x"));
    if (again.read_answer()) return;
  }
  FAIL() << "the place was not given back";
}

TEST_F(ServerTest, ASecondServerOnTheSamePortIsAStartUpError) {
  const int port = start({open_route(Method::kGet, "/x", hello())});
  Server second({.port = port}, {open_route(Method::kGet, "/x", hello())}, keys, log, metrics);
  EXPECT_THROW(second.start(), std::runtime_error);
  Server nowhere({.address = "not-an-address"}, {}, keys, log, metrics);
  EXPECT_THROW(nowhere.start(), std::runtime_error);
}

/// Keeps the answers of late requests until they are to be given.
class Waiting {
 public:
  Route route(std::set<std::string> roles = {}) {
    return {.method = Method::kGet,
            .pattern = "/late",
            .roles = std::move(roles),
            .late_handler = [this](const Request&, Answer answer) {
              const std::lock_guard lock(mutex_);
              answers_.push_back(std::move(answer));
            }};
  }
  std::size_t waiting() {
    const std::lock_guard lock(mutex_);
    return answers_.size();
  }
  void wait_for(std::size_t count) {
    while (waiting() < count) std::this_thread::yield();
  }
  void answer_all() {
    const std::lock_guard lock(mutex_);
    for (const auto& answer : answers_) answer(Response::json(202, Json::object()));
    answers_.clear();
  }

 private:
  std::mutex mutex_;
  std::vector<Answer> answers_;
};

TEST_F(ServerTest, LateRequestsKeepNoThread) {
  Waiting late;
  const int port = start({late.route(), open_route(Method::kGet, "/hello", hello())}, {.threads = 1});
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 50; ++i) {
    clients.push_back(std::make_unique<RawClient>(port));
    clients.back()->send(get("/late"));
  }
  late.wait_for(50);
  RawClient other(port);
  other.send(get("/hello"));
  EXPECT_EQ(other.read_answer()->status, 200);
  std::thread giver([&] { late.answer_all(); });
  for (const auto& client : clients) EXPECT_EQ(client->read_answer()->status, 202);
  giver.join();
}

TEST_F(ServerTest, AnAnswerForAClientThatHasGoneReachesNobodyElse) {
  Waiting late;
  const int port = start({late.route(), open_route(Method::kGet, "/hello", hello())}, {.threads = 1});
  {
    RawClient gone(port);
    gone.send(get("/late"));
    late.wait_for(1);
    const linger reset{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(gone.fd(), SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  }
  RawClient next(port);  // may have got the same descriptor
  next.send(get("/hello"));
  EXPECT_EQ(next.read_answer()->status, 200);
  late.answer_all();
  next.send(get("/hello"));
  EXPECT_EQ(next.read_answer()->status, 200);
  EXPECT_FALSE(next.read_answer(Ms(100)));
}

TEST_F(ServerTest, AClientThatBreaksOffWhileItWaitsIsLetGoAtOnce) {
  Waiting late;
  const int port = start({late.route()}, {.threads = 1});
  const auto break_off = [&](auto&& before) {
    RawClient client(port);
    client.send(get("/late"));
    late.wait_for(1);
    before(client);
    const linger reset{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(client.fd(), SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    client.close();
    const auto end = std::chrono::steady_clock::now() + Ms(5'000);
    const auto let_go = [&] {
      return metrics.text().find("rescue_http_connections 0\n") != std::string::npos;
    };
    while (!let_go() && std::chrono::steady_clock::now() < end) std::this_thread::yield();
    EXPECT_TRUE(let_go());
    late.answer_all();
  };
  break_off([](RawClient&) {});
  break_off([](RawClient& client) { client.send(get("/late")); });
  break_off([](RawClient& client) { client.shut_write_side(); });
}

bool fails_when_sent(const char* name) {
  return std::string_view(name) == "http.answer.sent";
}

TEST_F(ServerTest, ALateAnswerIsAsMuchOfAFailpointAsAnyOther) {
  failpoint_hook = fails_when_sent;
  Waiting late;
  const int port = start({late.route({"operator"})});
  RawClient client(port);
  client.send(get("/late", bearer("operator")));
  late.wait_for(1);
  late.answer_all();
  EXPECT_EQ(client.read_answer()->status, 202);
  EXPECT_TRUE(client.ends_within(Ms(5'000)));
  server->drain();
  failpoint_hook = nullptr;
}

TEST_F(ServerTest, DrainWaitsForLateAnswers) {
  Waiting late;
  const int port = start({late.route()}, {.threads = 2});
  RawClient client(port);
  client.send(get("/late"));
  late.wait_for(1);
  std::thread drain([this] { server->drain(); });
  while (RawClient(port).connected()) std::this_thread::yield();  // so the end has begun
  late.answer_all();
  EXPECT_EQ(client.read_answer()->status, 202);
  drain.join();
}

TEST_F(ServerTest, DrainFinishesWhatIsInFlight) {
  constexpr int kInFlight = 4;
  std::atomic<int> begun{0};
  std::latch go(1);
  const int port = start({open_route(Method::kGet, "/slow",
                                     [&](const Request&) -> Result<Response> {
                                       ++begun;
                                       go.wait();
                                       return Response{.body = std::string(300'000, 'y')};
                                     }),
                          open_route(Method::kGet, "/x", hello())},
                         {.threads = 16});
  // A connection belongs to a thread by its descriptor; one that falls to a thread that waits already begins
  // only later and is given up here.
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int tries = 0; tries < 100 && begun < kInFlight; ++tries) {
    const int before = begun;
    auto client = std::make_unique<RawClient>(port);
    client->send(get("/slow"));
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(1);
    while (begun == before && std::chrono::steady_clock::now() < until) std::this_thread::yield();
    if (begun > before) clients.push_back(std::move(client));
  }
  const bool enough = begun >= kInFlight;
  if (!enough) go.count_down();
  ASSERT_TRUE(enough);
  RawClient half(port);
  half.send("GET /x HTTP/1.1\r\n");
  std::thread drain([&] { server->drain(); });
  go.count_down();
  half.send("Host: h\r\n\r\n");
  for (auto& client : clients) {
    const auto answer = client->read_answer();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->body.size(), 300'000U);
    EXPECT_TRUE(client->ends_within(Ms(5'000)));
  }
  drain.join();
  EXPECT_FALSE(RawClient(port).connected());
  server->drain();
}

TEST_F(ServerTest, DrainUnderLoadLosesNoAnswer) {
  // Each client sends one request on a fresh connection: either it could not connect any more, or it gets its
  // answer.
  const int port = start({open_route(Method::kGet, "/x", hello())}, {.threads = 2});
  std::atomic<int> answered{0};
  std::atomic<int> lost{0};
  std::vector<std::thread> clients;
  for (int t = 0; t < 4; ++t) {
    clients.emplace_back([&] {
      while (true) {
        RawClient client(port);
        if (!client.connected()) return;
        client.send("GET /x HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
        ++(client.read_answer() ? answered : lost);
      }
    });
  }
  while (answered < 500) std::this_thread::yield();
  server->drain();
  for (auto& client : clients) client.join();
  EXPECT_GE(answered, 500);
  // A connection that the kernel completes between the last accept and the close of the listening socket is
  // reset: nothing of its request has been read.
  EXPECT_LE(lost, 4);
}

TEST_F(ServerTest, ConnectionsLeaveNoDescriptorBehind) {
  const auto open_descriptors = [] {
    int count = 0;
    for (int fd = 0; fd < 4'096; ++fd) count += ::fcntl(fd, F_GETFD) >= 0 ? 1 : 0;
    return count;
  };
  const int port = start({open_route(Method::kGet, "/x", hello())}, {.threads = 2});
  const int before = open_descriptors();
  for (int i = 0; i < 100; ++i) {
    RawClient whole(port);
    whole.send(get("/x"));
    ASSERT_TRUE(whole.read_answer());
    RawClient half(port);
    half.send("GET /x");
    RawClient bad(port);
    bad.send("nonsense\r\n\r\n");
    ASSERT_EQ(bad.read_answer()->status, 400);
  }
  const auto end = std::chrono::steady_clock::now() + Ms(10'000);
  while (open_descriptors() > before && std::chrono::steady_clock::now() < end) std::this_thread::yield();
  EXPECT_EQ(open_descriptors(), before);
}

}  // namespace
}  // namespace rescue::http
