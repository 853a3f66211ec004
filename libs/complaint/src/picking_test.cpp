// What is picked out of a text, and what is left.
#include <gtest/gtest.h>

#include "addresses.hpp"
#include "html_text.hpp"
#include "kinds.hpp"
#include "prose.hpp"
#include "refanged.hpp"
#include "service_ports.hpp"
#include "times.hpp"
#include "urls.hpp"

namespace rescue::complaint {
namespace {

std::vector<std::string> addresses(std::string_view text) {
  std::vector<std::string> out;
  for (const auto& found : find_addresses(text)) out.push_back(found.address);
  return out;
}
using Texts = std::vector<std::string>;

TEST(Addresses, AreFoundInTheirSpellings) {
  EXPECT_EQ(addresses("from 192.0.2.1, [192.0.2.2]:25 and 192.0.2.3."),
            (Texts{"192.0.2.1", "192.0.2.2", "192.0.2.3"}));
  EXPECT_EQ(addresses("ip=192.0.2.1 http://192.0.2.2:8080/"), (Texts{"192.0.2.1", "192.0.2.2"}));
  EXPECT_EQ(addresses("2001:DB8:0::1. [IPv6:2001:db8::2] [2001:db8::3]:80"),
            (Texts{"2001:db8::1", "2001:db8::2", "2001:db8::3"}));
  EXPECT_EQ(addresses("サーバー（192.0.2.1）から"), (Texts{"192.0.2.1"}));
  EXPECT_EQ(addresses("IP:192.0.2.1/32"), (Texts{"192.0.2.1"}));
}

TEST(Addresses, AreNotWhatStandsForMoreOrLess) {
  EXPECT_EQ(addresses("192.0.2.0/24 192.0.2.1-192.0.2.9 2001:db8::/32"), Texts{});
  EXPECT_EQ(addresses("192.0.2.1.rev.example ip-192.0.2.1 v192.0.2.1 1192.0.2.1 192.0.2.256 1.2.3"), Texts{});
  EXPECT_EQ(addresses("21:14:05 00:11:22:33:44:55 ::"), (Texts{"::"}));
  EXPECT_EQ(addresses("192.0.2.1\xEF\xBF\xBD \xEF\xBF\xBD"
                      "92.0.2.1"),
            Texts{})
      << "cut or damaged";
}

std::string times(std::string_view text, std::optional<std::chrono::minutes> zone = {}) {
  std::string out;
  for (const auto& found : find_times(text, zone))
    out += format_rfc3339(found.at, std::chrono::minutes(0)).substr(0, 19) + " ";
  return out;
}

TEST(Times, AreReadWithTheirZone) {
  const std::string expected = "2026-09-17T21:14:05 ";
  for (const auto* text :
       {"2026-09-17T21:14:05Z", "2026-09-18T06:14:05.250+09:00", "2026-09-17 21:14:05 UTC",
        "Thu, 17 Sep 2026 16:14:05 -0500", "[17/Sep/2026:21:14:05 +0000]", "Sep 17 2026 23:14:05 +0200",
        "Sep 17, 2026 23:14:05 CEST", "2026年9月18日（金）6時14分5秒（日本時間）",
        "日本時間 2026/09/18 06:14:05", "2026/9/18 06:14:05 (JST)", "2026-09-17 17:14:05 EDT",
        "2026-09-18 06:14:05 UTC+9", "2026-09-18 06:14:05 GMT+09:00"}) {
    EXPECT_EQ(times(text), expected) << text;
  }
}

TEST(Times, AreLeftWhereTheyAreNotCertain) {
  for (const auto* text :
       {"2026-09-17 21:14:05", "09/10/2026 21:14:05 UTC", "Sep 17 21:14:05 UTC", "2026-09-17 UTC",
        "21:14:05 UTC", "2026-13-17 21:14:05 UTC", "2026-09-31 21:14:05 UTC", "2026-09-17 24:14:05 UTC",
        "2026-09-17 21:14:05 CST", "2026-09-17 21:14:05 +9900", "12026-09-17 21:14:05 UTC",
        "2026-09-17 21:14:05 UTCX"}) {
    EXPECT_EQ(times(text), "") << text;
  }
}

TEST(Times, TakeTheZoneThatTheWholeTextIsSaidToBeIn) {
  EXPECT_EQ(stated_zone("All times are UTC."), std::chrono::minutes(0));
  EXPECT_EQ(stated_zone("Time zone: JST"), std::chrono::minutes(540));
  EXPECT_EQ(stated_zone("（時刻は日本時間です）"), std::chrono::minutes(540));
  EXPECT_EQ(stated_zone("timezone: UTC … timezone: JST"), std::nullopt) << "two";
  EXPECT_EQ(stated_zone("All times are approximate"), std::nullopt);
  EXPECT_EQ(times("2026-09-18 06:14:05", std::chrono::minutes(540)), "2026-09-17T21:14:05 ");
  EXPECT_EQ(times("2026-09-17T21:14:05Z", std::chrono::minutes(540)), "2026-09-17T21:14:05 ")
      << "its own goes first";
}

std::string urls(std::string_view text) {
  std::string out;
  for (const auto& found : find_urls(refang(text))) out += (found.defanged ? "!" : "") + found.url + " ";
  return out;
}

TEST(Urls, AreFoundAndPutRight) {
  EXPECT_EQ(urls("see <http://shop.example/a?b=1>, or HTTPS://Shop.example."),
            "http://shop.example/a?b=1 HTTPS://Shop.example ");
  EXPECT_EQ(urls("hxxp://shop[.]example/a hXXps[:]//x(dot)example"),
            "!http://shop.example/a !https://x.example ");
  EXPECT_EQ(urls("http://[2001:db8::1]:8080/a http://192.0.2.1/"),
            "http://[2001:db8::1]:8080/a http://192.0.2.1/ ");
  EXPECT_EQ(urls("http://shop.example/login（偽サイト）"), "http://shop.example/login ");
}

TEST(Urls, AreNotWhatCannotBeAskedFor) {
  EXPECT_EQ(urls("http://localhost/ http://1.2.3/ http://0x7f.1/ ftp://x.example/ xhttp://x.example/ "
                 "http:///a http://-.example/"),
            "");
  EXPECT_EQ(urls("http://shop\x1b.]example/a"), "");
  EXPECT_EQ(urls("http://a.example/" + std::string(3000, 'a')), "") << "longer than a URL is";
}

TEST(ServicePorts, AreReadWhereOneIsMeant) {
  const auto port = [](std::string_view text) {
    const auto found = service_port(text, "192.0.2.1");
    return std::to_string(found.port.value_or(0)) + found.protocol;
  };
  EXPECT_EQ(port("192.0.2.1:6379"), "6379");
  EXPECT_EQ(port("[192.0.2.1]:25"), "25");
  EXPECT_EQ(port("192.0.2.1 answers on port 25/tcp, that is, TCP port 25"), "25tcp");
  EXPECT_EQ(port("192.0.2.1 の UDP ポート 53"), "53udp");
  EXPECT_EQ(port("198.51.100.1:25"), "0") << "another's";
  EXPECT_EQ(port("ports 25/tcp and 53/udp"), "0") << "two";
  EXPECT_EQ(port("port 70000, port 0, port 1.2"), "0");
}

TEST(Kinds, FollowFromWords) {
  const auto kind = [](std::string_view text) {
    const auto found = kind_of_text(text);
    return found ? std::string(to_string(found->kind)) + " " + std::string(to_string(found->category))
                 : "none";
  };
  EXPECT_EQ(kind("An open\n relay"), "open_relay mail_abuse");
  EXPECT_EQ(kind("spamming"), "spam mail_abuse");
  EXPECT_EQ(kind("迷惑メール"), "spam mail_abuse");
  EXPECT_EQ(kind("spam, and a port scan"), "other unknown");
  EXPECT_EQ(kind("phishing and malware"), "other intrusion");
  EXPECT_EQ(kind("was hacked"), "other intrusion");
  EXPECT_EQ(kind("abuse"), "other unknown");
  EXPECT_EQ(kind("an attack: abuse"), "other intrusion");
  EXPECT_EQ(kind("write to spam@reports.example or see spam.example, antispam"), "none");
  EXPECT_EQ(kind("an offer, please"), "none");
}

TEST(Kinds, FollowFromTypes) {
  for (const auto* name : {"login-attack", "LoginAttack", "login_attack"})
    EXPECT_EQ(kind_of_type(name).kind, Kind::kLoginAttack);
  EXPECT_EQ(kind_of_type("compromised_server").category, Category::kIntrusion);
  EXPECT_EQ(kind_of_type("anything").kind, Kind::kOther);
}

TEST(Prose, LeavesOutSignaturesAndTheFieldsOfOtherMails) {
  const auto prose = read_prose(
      "Hello\n> Received: from a\n>\tby b; now\n> From: x@a.example\n>\n> quoted\nX-Originating-IP: "
      "[192.0.2.1]\nBye\n-- \nName\n");
  EXPECT_EQ(prose.own, "Hello\nBye\n");
  EXPECT_EQ(prose.quoted, "\nquoted\n");
  ASSERT_EQ(prose.headers.size(), 1U);
  EXPECT_EQ(header(prose.headers[0], "received"), "from a by b; now");
}

TEST(HtmlText, IsWhatAReaderSees) {
  EXPECT_EQ(html_text("<p>a&nbsp;<b>b</b>&#x2e;<br>c<!-- d --><style>e</style><script>f</script>"),
            "\na b.\nc");
  EXPECT_EQ(html_text("a < b &unknown; <unclosed"), "a < b &unknown; ");
}

}  // namespace
}  // namespace rescue::complaint
