#include "rescue/http/client.hpp"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <latch>
#include <thread>

#include "server_testing.hpp"

namespace rescue::http {
namespace {

using testing::HasSubstr;

class ClientTest : public ServerTest {
 protected:
  Client client(int port, Client::Options options = {}) {
    options.base_url = "http://127.0.0.1:" + std::to_string(port);
    return Client(options);
  }
};

TEST_F(ClientTest, GetsAndPostsWithTokenAndTrace) {
  const int port = start({{.method = Method::kPost,
                           .pattern = "/v1/things",
                           .roles = {"internal"},
                           .handler = [](const Request& r) -> Result<Response> {
                             RESCUE_ASSIGN(auto body, r.json());
                             body["key"] = r.header("idempotency-key").value_or("");
                             return Response::json(201, body);
                           }},
                          open_route(Method::kGet, "/v1/trace", [](const Request& r) -> Result<Response> {
                            return Response::json(200, {{"trace", r.trace.trace_id}});
                          })});
  auto api = client(port, {.token = tokens["internal"]});
  const auto created = api.post("/v1/things", {{"a", "日本"}}, {{"Idempotency-Key", "k-1"}});
  ASSERT_TRUE(created) << created.error().detail;
  EXPECT_EQ(created->status, 201);
  EXPECT_EQ(created->body, R"({"a":"日本","key":"k-1"})");
  EXPECT_EQ(created->headers.at("x-content-type-options"), "nosniff");
  const auto trace = Trace::start();
  EXPECT_THAT(api.get("/v1/trace", trace.traceparent())->body, HasSubstr(trace.trace_id));
  EXPECT_EQ(api.get("/nothing")->status, 404);
}

TEST_F(ClientTest, FollowsNoRedirectAndBoundsTheBody) {
  const int port = start({open_route(Method::kGet, "/away",
                                     [](const Request&) -> Result<Response> {
                                       return Response{.status = 302, .headers = {{"Location", "/large"}}};
                                     }),
                          open_route(Method::kGet, "/large", [](const Request&) -> Result<Response> {
                            return Response{.body = std::string(100'000, 'x')};
                          })});
  auto api = client(port, {.body_bytes_max = 50'000});
  EXPECT_EQ(api.get("/away")->status, 302);
  EXPECT_EQ(api.get("/large").error().code, ErrorCode::kTooLarge);
}

TEST_F(ClientTest, SaysUnavailableOrTimeOut) {
  std::latch may_end(1);
  const int port = start({open_route(Method::kGet, "/slow", [&](const Request&) -> Result<Response> {
    may_end.wait();
    return Response();
  })});
  auto api = client(port, {.read_timeout = std::chrono::milliseconds(100)});
  EXPECT_EQ(api.get("/slow").error().code, ErrorCode::kTimeout);
  may_end.count_down();
  server.reset();
  EXPECT_EQ(api.get("/slow").error().code, ErrorCode::kUnavailable);
  EXPECT_FALSE(Client({.base_url = "nonsense://"}).get("/"));
}

/// Accepts one connection and sends a byte of a head that never ends whenever it can, until the peer has
/// gone.
class DrippingServer {
 public:
  DrippingServer() : listener_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    bind(listener_, reinterpret_cast<sockaddr*>(&address), length);
    listen(listener_, 1);
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { drip(); });
  }
  ~DrippingServer() {
    thread_.join();
    close(listener_);
  }
  int port() const { return port_; }

 private:
  void drip() const {
    const int peer = accept(listener_, nullptr, nullptr);
    pollfd gone = {peer, POLLRDHUP, 0};
    for (int i = 0; i < 600 && poll(&gone, 1, 50) == 0; ++i) send(peer, "x", 1, MSG_NOSIGNAL);
    close(peer);
  }
  int listener_;
  int port_ = 0;
  std::thread thread_;
};

TEST_F(ClientTest, EndsACallWhoseServerDripsForEver) {
  DrippingServer server_of_drops;
  auto api = client(server_of_drops.port(), {.read_timeout = std::chrono::seconds(20),
                                             .total_timeout = std::chrono::milliseconds(300)});
  const auto begun = std::chrono::steady_clock::now();
  const auto answer = api.get("/");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::kTimeout);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(10));
}

TEST_F(ClientTest, WillNotSendWhatSplitsARequest) {
  const int port = start({});
  auto api = client(port);
  for (const auto* path : {"", "x", "/a b", "/a\r\nX: y", "/a\tb"})
    EXPECT_EQ(api.get(path).error().code, ErrorCode::kInvalid) << path;
  EXPECT_FALSE(api.post("/x", Json::object(), {{"X", "a\r\nY: b"}}));
  EXPECT_FALSE(api.get("/x", "a\r\nY: b"));
}

}  // namespace
}  // namespace rescue::http
