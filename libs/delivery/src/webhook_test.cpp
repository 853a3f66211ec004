// A server on loopback that answers as it is told; what arrives is looked at byte by byte.
#include "rescue/delivery/webhook.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

namespace rescue::delivery {
namespace {

class Listener {
 public:
  /// Answers one connection with `answer` after it has read the request's head and body.
  explicit Listener(std::string answer) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(::bind(fd_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(::listen(fd_, 4), 0);
    ::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this, answer = std::move(answer)] { serve(answer); });
  }
  ~Listener() {
    ::shutdown(fd_, SHUT_RDWR);
    thread_.join();
    ::close(fd_);
  }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  std::string url(const std::string& host = "127.0.0.1") const {
    return "http://" + host + ":" + std::to_string(port_) + "/hook";
  }
  const std::string& request() const { return request_; }
  bool called() const { return called_; }

 private:
  void serve(const std::string& answer) {
    const int connection = ::accept(fd_, nullptr, nullptr);
    if (connection < 0) return;
    called_ = true;
    char buffer[4096];
    while (request_.find("\r\n\r\n{}") == std::string::npos) {
      const auto got = ::recv(connection, buffer, sizeof buffer, 0);
      if (got <= 0) break;
      request_.append(buffer, static_cast<std::size_t>(got));
    }
    ::send(connection, answer.data(), answer.size(), MSG_NOSIGNAL);
    // An answer that never ends is cut off by the other side.
    while (answer.find("Content-Length: 0") == std::string::npos && !answer.empty() &&
           ::send(connection, buffer, sizeof buffer, MSG_NOSIGNAL) > 0) {
    }
    if (answer.empty()) ::recv(connection, buffer, sizeof buffer, 0);
    ::close(connection);
  }

  int fd_;
  int port_ = 0;
  std::string request_;
  std::atomic<bool> called_ = false;
  std::thread thread_;
};

const SigningSecrets kSecrets = SigningSecrets::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").value();
const WebhookMessage kMessage{"ntc_1", "{}", parse_rfc3339("2026-09-18T03:04:05Z").value()};
const WebhookOptions kHere{.allow_private_addresses = true, .allow_http = true};

TEST(SendWebhook, CarriesTheThreeHeadersAndIsDeliveredBy2xx) {
  Outcome outcome;
  std::string request;
  {
    Listener listener("HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n");
    outcome = send_webhook(listener.url(), kSecrets, kMessage, kHere);
    request = listener.request();
  }
  EXPECT_EQ(outcome.verdict, Verdict::kDelivered) << outcome.detail;
  EXPECT_EQ(outcome.status, 204);
  EXPECT_NE(request.find("webhook-id: ntc_1\r\n"), std::string::npos);
  EXPECT_NE(request.find("webhook-timestamp: 1789700645\r\n"), std::string::npos);
  EXPECT_NE(request.find("webhook-signature: " + kSecrets.sign("ntc_1", 1789700645, "{}") + "\r\n"),
            std::string::npos);
}

TEST(SendWebhook, NoRedirectIsFollowed) {
  Listener elsewhere("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  Listener listener("HTTP/1.1 307 Go\r\nLocation: " + elsewhere.url() + "\r\nContent-Length: 0\r\n\r\n");
  const auto outcome = send_webhook(listener.url(), kSecrets, kMessage, kHere);
  EXPECT_EQ(outcome.verdict, Verdict::kLater);
  EXPECT_EQ(outcome.problem, "endpoint-refused");
  EXPECT_FALSE(elsewhere.called());
}

TEST(SendWebhook, Says410AndHowLongToWait) {
  {
    Listener listener("HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n");
    EXPECT_EQ(send_webhook(listener.url(), kSecrets, kMessage, kHere).verdict, Verdict::kGone);
  }
  Listener listener("HTTP/1.1 503 Busy\r\nRetry-After: 90\r\nContent-Length: 0\r\n\r\n");
  const auto outcome = send_webhook(listener.url(), kSecrets, kMessage, kHere);
  EXPECT_EQ(outcome.verdict, Verdict::kLater);
  EXPECT_EQ(outcome.retry_after, std::chrono::seconds(90));
}

TEST(SendWebhook, AnAnswerWithoutEndIsCutOff) {
  Listener listener("HTTP/1.1 200 OK\r\n\r\n");
  const auto outcome = send_webhook(listener.url(), kSecrets, kMessage, kHere);
  EXPECT_EQ(outcome.verdict, Verdict::kDelivered) << "the status had come: " << outcome.detail;
}

TEST(SendWebhook, ASilentEndpointIsGivenUpInTime) {
  Listener listener("");
  auto options = kHere;
  options.timeout = std::chrono::milliseconds(200);
  const auto outcome = send_webhook(listener.url(), kSecrets, kMessage, options);
  EXPECT_EQ(outcome.verdict, Verdict::kLater);
  EXPECT_EQ(outcome.problem, "timed-out");
}

TEST(SendWebhook, PrivateAddressesAreNotConnectedToByWhateverName) {
  Listener listener("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  const WebhookOptions options{.allow_http = true};
  for (const auto* host :
       {"127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]", "0.0.0.0"}) {
    const auto outcome = send_webhook(listener.url(host), kSecrets, kMessage, options);
    EXPECT_EQ(outcome.problem, "address-not-allowed") << host << ": " << outcome.detail;
  }
  EXPECT_FALSE(listener.called());
}

TEST(WebhookUrl, IsHttpsWithoutSecretsInIt) {
  EXPECT_TRUE(check_webhook_url("https://example.jp/hooks?x=1", false));
  EXPECT_TRUE(check_webhook_url("http://127.0.0.1:8/", true));
  for (const auto* url :
       {"http://example.jp/", "ftp://example.jp/", "https://", "https://u:p@example.jp/",
        "https://example.jp/#x", "https://exa mple.jp/", "https://example.jp/\r\nX: y", ""}) {
    EXPECT_FALSE(check_webhook_url(url, false)) << url;
  }
}

}  // namespace
}  // namespace rescue::delivery
