#include "rescue/net/url.hpp"

#include <gtest/gtest.h>

namespace rescue::net {
namespace {

std::string seen(const char* text) {
  const auto url = parse_http_url(text);
  if (!url) return "refused";
  return (url->tls ? "tls " : "plain ") + url->host + " " + std::to_string(url->port) + " " + url->target +
         " " + url->authority + (url->host_is_address ? " address" : "");
}

TEST(HttpUrl, IsTakenApart) {
  EXPECT_EQ(seen("http://Shop.Example.COM./a/b.php?q=1&r=%41#top"),
            "plain shop.example.com 80 /a/b.php?q=1&r=%41 shop.example.com");
  EXPECT_EQ(seen("HTTPS://shop.example.com"), "tls shop.example.com 443 / shop.example.com");
  EXPECT_EQ(seen("https://shop.example.com:8443?x"), "tls shop.example.com 8443 /?x shop.example.com:8443");
  EXPECT_EQ(seen("http://192.0.2.10:/x"), "plain 192.0.2.10 80 /x 192.0.2.10 address");
  EXPECT_EQ(seen("http://[2001:DB8::10]:81/"), "plain 2001:db8::10 81 / [2001:db8::10]:81 address");
  EXPECT_EQ(seen("http://[::ffff:192.0.2.10]/"), "plain 192.0.2.10 80 / 192.0.2.10 address");
  EXPECT_EQ(seen("http://a/b@c:d"), "plain a 80 /b@c:d a") << "an @ behind the path is nobody's name";
}

TEST(HttpUrl, IsRefusedWhereTwoReadersMightSeeTwoHosts) {
  for (const auto* text : {"",
                           "http://",
                           "http:///x",
                           "ftp://a/",
                           "//a/",
                           "javascript:alert(1)",
                           "http://u:p@192.0.2.10/",
                           "http://a\\@b/",
                           "http://a b/",
                           "http://a/\n",
                           "http://a/\x80",
                           "http://%61/",
                           "http://0x7f.1/",
                           "http://2130706433/",
                           "http://0177.0.0.1/",
                           "http://127.1/",
                           "http://a.0x1/",
                           "http://[fe80::1%25lo]/",
                           "http://[::1/",
                           "http://[1.2.3.4]/",
                           "http://a:0/",
                           "http://a:65536/",
                           "http://a:1x/",
                           "http://a:80:81/",
                           "http://a..b/",
                           "http://.a/",
                           "http://-a/",
                           "http://[::1]x/"}) {
    EXPECT_EQ(seen(text), "refused") << text;
  }
}

}  // namespace
}  // namespace rescue::net
