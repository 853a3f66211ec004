#include "rescue/base/sha256.hpp"
#include "rescue/outside/testing/scripted_server.hpp"

namespace rescue::outside {
namespace {

using testing::look;
using testing::options_here;
using testing::Peer;
using testing::ScriptedServer;
using testing::transcript_of;

/// Answers each request with the next of `answers`, the last one again and again.
class WebServer {
 public:
  explicit WebServer(std::vector<std::string> answers)
      : answers_(std::move(answers)), server_([this](Peer& peer) { serve(peer); }) {}

  Check asked(const std::string& target = "/pay.php?id=7", Options options = options_here(),
              const std::string& host = "shop.example.com") {
    return look({.kind = "phishing_url",
                 .url = "http://" + host + ":" + std::to_string(server_.port()) + target,
                 .port = {},
                 .protocol = {}},
                options);
  }
  int port() const { return server_.port(); }
  int connections() const { return server_.connections(); }
  std::vector<std::string> requests() {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

 private:
  void serve(Peer& peer) {
    std::string request;
    for (auto line = peer.hear(); !line.empty(); line = peer.hear()) request += line + "\n";
    const std::lock_guard lock(mutex_);
    peer.say(answers_[std::min(requests_.size(), answers_.size() - 1)]);
    requests_.push_back(request);
  }
  std::vector<std::string> answers_;
  std::mutex mutex_;
  std::vector<std::string> requests_;
  ScriptedServer server_;
};

const std::string kPage = "<html><head><TITLE lang=en>\n Your \x1b bank </title></head>Sign in</html>";

TEST(UrlLook, APageThatIsStillServedIsConfirmedWithItsHashAndTitle) {
  WebServer server({"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + kPage});
  const auto check = server.asked();
  EXPECT_EQ(check.answer, Answer::kConfirmed) << check.why;
  EXPECT_EQ(check.seen["sha256"], sha256_hex(kPage));
  EXPECT_EQ(check.seen["title"], "Your \\x1b bank");
  EXPECT_EQ(check.seen["status"], 200);
  const auto request = server.requests().at(0);
  EXPECT_TRUE(request.starts_with("GET /pay.php?id=7 HTTP/1.1\nHost: shop.example.com:")) << request;
  EXPECT_EQ(request.find("Cookie"), std::string::npos);
}

TEST(UrlLook, APageThatIsGoneIsNotReproduced) {
  for (const auto* status : {"404 Not Found", "410 Gone", "403 Forbidden", "503 Busy"}) {
    WebServer server({"HTTP/1.1 " + std::string(status) + "\r\nContent-Length: 4\r\n\r\ngone"});
    const auto check = server.asked();
    EXPECT_EQ(check.answer, Answer::kNotReproduced) << status;
    EXPECT_EQ(check.why, "it answers " + std::string(status, 3) + " and does not serve the page");
  }
}

TEST(UrlLook, ARedirectIsToldAndNotFollowed) {
  WebServer server({"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/latest\r\n\r\n"});
  const auto check = server.asked();
  EXPECT_EQ(check.answer, Answer::kNotReproduced);
  EXPECT_NE(check.why.find("redirects to http://169.254.169.254/latest, which is not gone after"),
            std::string::npos);
  EXPECT_EQ(server.connections(), 1);
}

TEST(UrlLook, WhereItIsSetRedirectsAreFollowedAtTheSameHostOnly) {
  auto options = options_here();
  options.redirects_max = 2;
  WebServer stays({"HTTP/1.1 301 Moved\r\nLocation: /new\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\nhere"});
  EXPECT_EQ(stays.asked("/old", options).answer, Answer::kConfirmed);
  EXPECT_TRUE(stays.requests().at(1).starts_with("GET /new "));
  for (const auto* away :
       {"http://elsewhere.example.com/", "//elsewhere.example.com/", "http://127.0.0.2/", "ftp://a/"}) {
    WebServer leaves({"HTTP/1.1 301 Moved\r\nLocation: " + std::string(away) + "\r\n\r\n"});
    EXPECT_EQ(leaves.asked("/old", options).answer, Answer::kNotReproduced) << away;
    EXPECT_EQ(leaves.connections(), 1) << away;
  }
  WebServer circles({"HTTP/1.1 301 Moved\r\nLocation: /old\r\n\r\n"});
  EXPECT_EQ(circles.asked("/old", options).answer, Answer::kNotReproduced);
  EXPECT_EQ(circles.connections(), 3);
}

TEST(UrlLook, OnlyTheServersOwnAddressIsGoneToWhateverTheUrlNames) {
  WebServer server({"HTTP/1.1 200 OK\r\n\r\nx"});
  EXPECT_EQ(server.asked("/", options_here(), "localhost.example.com").answer, Answer::kConfirmed)
      << "no name is resolved";
  const auto other = server.asked("/", options_here(), "127.0.0.2");
  EXPECT_EQ(other.answer, Answer::kNotChecked);
  EXPECT_EQ(other.why, "the URL's address 127.0.0.2 is not the server's");
  EXPECT_TRUE(other.transcript.empty());
  EXPECT_EQ(server.asked("/", options_here(), "127.0.0.1").answer, Answer::kConfirmed);
}

TEST(UrlLook, ChunksAreReadAndABodyIsCutAtItsLimit) {
  WebServer chunked(
      {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
       "5;x=y\r\n<titl\r\n3\r\ne>T\r\n8\r\n</title>\r\n0\r\n\r\n"});
  const auto check = chunked.asked();
  EXPECT_EQ(check.seen["title"], "T");
  EXPECT_EQ(check.seen["whole"], true);
  auto options = options_here();
  options.limits.body_bytes = 1'000;
  WebServer large({"HTTP/1.1 200 OK\r\n\r\n" + std::string(5'000, 'x')});
  const auto cut = large.asked("/", options);
  EXPECT_EQ(cut.answer, Answer::kConfirmed);
  EXPECT_EQ(cut.seen["bytes"], 1'000);
  EXPECT_EQ(cut.seen["whole"], false);
}

TEST(UrlLook, AServerThatIsHostileEndsInTime) {
  const auto begun = std::chrono::steady_clock::now();
  const auto asked = [](ScriptedServer::Talk talk) {
    ScriptedServer server([talk = std::move(talk)](Peer& peer) {
      while (!peer.hear().empty()) {
      }
      talk(peer);
    });
    return look({.kind = "malware_url",
                 .url = "http://a.test:" + std::to_string(server.port()) + "/",
                 .port = {},
                 .protocol = {}});
  };
  EXPECT_EQ(asked([](Peer& peer) { peer.wait_for_end(); }).answer, Answer::kUnreachable);
  EXPECT_EQ(asked([](Peer&) {}).answer, Answer::kNotReproduced);
  EXPECT_EQ(asked([](Peer& peer) { peer.repeat("junk", 0); }).answer, Answer::kNotReproduced);
  EXPECT_EQ(asked([](Peer& peer) { peer.repeat("HTTP/1.1 200 OK\r\nA: b\r\n", 0); }).answer,
            Answer::kNotReproduced);
  EXPECT_EQ(asked([](Peer& peer) { peer.repeat("HTTP/1.1 100 Continue\r\n\r\n", 0); }).answer,
            Answer::kNotReproduced);
  const auto endless = asked([](Peer& peer) {
    peer.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    peer.repeat("1\r\nx\r\n", 0);
  });
  EXPECT_EQ(endless.answer, Answer::kConfirmed);
  EXPECT_EQ(endless.seen["whole"], false);
  const auto huge = asked([](Peer& peer) {
    peer.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n");
    peer.repeat("x", 1);
  });
  EXPECT_EQ(huge.seen["whole"], false);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(20));
}

}  // namespace
}  // namespace rescue::outside
