// A server on loopback that answers as it is told; what arrives is looked at byte by byte.
#include "rescue/delivery/webhook.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>

#include "listener_testing.hpp"

namespace rescue::delivery {
namespace {

using testing::kSecrets;
using testing::Listener;
using testing::options_here;
using testing::send_here;

const std::string kYes = "HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n";

TEST(SendWebhook, CarriesTheThreeHeadersAndIsDeliveredBy2xx) {
  Listener listener(kYes);
  const auto outcome = send_here(listener.url());
  const auto& request = listener.request();
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
  const auto outcome = send_here(listener.url());
  EXPECT_EQ(outcome.verdict, Verdict::kLater);
  EXPECT_EQ(outcome.problem, "endpoint-refused");
  EXPECT_FALSE(elsewhere.called());
}

TEST(SendWebhook, Says410AndHowLongToWait) {
  {
    Listener listener("HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n");
    EXPECT_EQ(send_here(listener.url()).verdict, Verdict::kGone);
  }
  const std::pair<const char*, int> waits[] = {{"90", 90},
                                               {"Fri, 18 Sep 2026 03:05:05 GMT", 60},
                                               {"Thu, 17 Sep 2026 03:05:05 GMT", 0},
                                               {"99999999", 24 * 3600},
                                               {"-5", 0},
                                               {"soon", 0}};
  for (const auto& [text, wait_s] : waits) {
    Listener listener("HTTP/1.1 503 Busy\r\nRetry-After: " + std::string(text) +
                      "\r\nContent-Length: 0\r\n\r\n");
    const auto outcome = send_here(listener.url());
    EXPECT_EQ(outcome.verdict, Verdict::kLater);
    EXPECT_EQ(outcome.retry_after, std::chrono::seconds(wait_s)) << text;
  }
}

TEST(SendWebhook, PrivateAddressesAreNotConnectedToByWhateverName) {
  Listener listener("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  auto options = options_here();
  options.allow_private_addresses = false;
  for (const auto* host :
       {"127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]", "0.0.0.0"}) {
    const auto outcome = send_here(listener.url(host), options);
    EXPECT_EQ(outcome.problem, "address-not-allowed") << host << ": " << outcome.detail;
  }
  EXPECT_FALSE(listener.called());
}

TEST(SendWebhook, ANameIsLookedUpOnceAndNeverAgain) {
  int lookups = 0;
  // A name that leads elsewhere at the second look: the call gets what was judged at the first.
  const auto rebinding = [&](const std::string&) -> std::vector<std::string> {
    return {++lookups == 1 ? "127.0.0.1" : "127.0.0.9"};
  };
  Listener listener(kYes);
  const auto outcome = send_here(listener.url("Hook.Example.test"), options_here(rebinding));
  EXPECT_EQ(outcome.verdict, Verdict::kDelivered) << outcome.detail;
  const auto host = "Host: hook.example.test:" + std::to_string(listener.port()) + "\r\n";
  EXPECT_NE(listener.request().find(host), std::string::npos) << listener.request();
  EXPECT_EQ(lookups, 1);
}

TEST(SendWebhook, ANameWithOnePrivateAddressIsNotCalledAtAll) {
  Listener listener(kYes);
  for (const auto& addresses : std::vector<std::vector<std::string>>{
           {"127.0.0.1"}, {"8.8.8.8", "127.0.0.1"}, {"127.0.0.1", "8.8.8.8"}, {"::ffff:127.0.0.1"}}) {
    auto options = options_here([&](const std::string&) { return addresses; });
    options.allow_private_addresses = false;
    EXPECT_EQ(send_here(listener.url("hook.example.test"), options).problem, "address-not-allowed");
  }
  EXPECT_FALSE(listener.called());
}

TEST(SendWebhook, TheNextAddressIsTriedWhereNobodyListens) {
  Listener listener(kYes);
  const auto two = [](const std::string&) -> std::vector<std::string> { return {"127.0.0.2", "127.0.0.1"}; };
  const auto outcome = send_here(listener.url("hook.example.test"), options_here(two));
  EXPECT_EQ(outcome.verdict, Verdict::kDelivered) << outcome.detail;
  const auto nobody = [](const std::string&) -> std::vector<std::string> { return {"127.0.0.2"}; };
  EXPECT_EQ(send_here(listener.url("hook.example.test"), options_here(nobody)).problem, "no-connection");
}

TEST(SendWebhook, NoProxyOfTheEnvironmentIsUsed) {
  Listener proxy(kYes);
  Listener listener(kYes);
  const auto url = "http://127.0.0.1:" + std::to_string(proxy.port());
  for (const auto* name : {"http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"})
    ::setenv(name, url.c_str(), 1);
  EXPECT_EQ(send_here(listener.url()).verdict, Verdict::kDelivered);
  for (const auto* name : {"http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"}) ::unsetenv(name);
  EXPECT_TRUE(listener.called());
  EXPECT_FALSE(proxy.called());
}

TEST(SendWebhook, PathAndQueryLeaveAsTheyAreWritten) {
  Listener listener(kYes);
  EXPECT_EQ(send_here(listener.url() + "/a%2Fb?x=1+2,3&y='z'").verdict, Verdict::kDelivered);
  EXPECT_TRUE(listener.request().starts_with("POST /hook/a%2Fb?x=1+2,3&y='z' HTTP/1.1\r\n"))
      << listener.request();
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
