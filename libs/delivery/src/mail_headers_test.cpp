#include "mail_headers.hpp"

#include <gtest/gtest.h>

#include "rescue/base/base64.hpp"
#include "rescue/delivery/mail.hpp"

namespace rescue::delivery {
namespace {

/// What a reader shows: words decoded, the space between them dropped.
std::string shown(std::string text) {
  std::string out;
  for (std::size_t at = 0; (at = text.find("=?utf-8?B?")) != std::string::npos;) {
    const auto end = text.find("?=", at + 10);
    out += decode_base64(text.substr(at + 10, end - at - 10)).value();
    text = text.substr(end + 2);
  }
  return out;
}

TEST(EncodedHeader, LeavesPlainTextAlone) {
  EXPECT_EQ(encoded_header("Intrusion into srv-1001"), "Intrusion into srv-1001");
}

TEST(EncodedHeader, NoTextCanAddAHeader) {
  EXPECT_EQ(encoded_header("x\r\nBcc: a@b.jp"), "x  Bcc: a@b.jp");
  const auto japanese = encoded_header("不正侵入\r\nBcc: a@b.jp");
  EXPECT_EQ(japanese.find("Bcc"), std::string::npos);
  EXPECT_NE(encoded_header("=?utf-8?Q?x?=").find("=?utf-8?B?"), std::string::npos) << "not taken as encoded";
}

TEST(EncodedHeader, WordsAreShortAndHoldWholeCharacters) {
  std::string text;
  for (int i = 0; i < 60; ++i) text += "あa";
  const auto encoded = encoded_header(text);
  EXPECT_EQ(shown(encoded), text);
  for (std::size_t from = 0; from < encoded.size();) {
    const auto end = std::min(encoded.find("\r\n ", from), encoded.size());
    EXPECT_LE(end - from, 75U);
    EXPECT_NE(static_cast<unsigned char>(shown(encoded.substr(from, end - from)).front()) & 0xc0U, 0x80U);
    from = end + 3;
  }
}

TEST(MailDate, IsThatOfRfc5322InEnglish) {
  EXPECT_EQ(mail_date(parse_rfc3339("2026-09-08T03:04:05Z").value()), "Tue, 08 Sep 2026 03:04:05 +0000");
}

TEST(MailAddress, IsPlainOrRefused) {
  for (const auto* address : {"admin@example.jp", "a.b+c@sub.example.jp", "x@localhost"}) {
    EXPECT_TRUE(check_mail_address(address)) << address;
  }
  for (const auto* address : {"", "admin", "@example.jp", "a@", "a b@example.jp", "a@exa mple.jp",
                              "a@b.jp>\r\nRCPT TO:<c@d.jp", "a..b@example.jp", ".a@example.jp",
                              "a@example.jp.", "\"a\"@example.jp", "a@b@c\n.jp", "あ@example.jp"}) {
    EXPECT_FALSE(check_mail_address(address)) << address;
  }
  EXPECT_FALSE(check_mail_address(std::string(250, 'a') + "@b.jp"));
}

TEST(RelayUrl, IsOneOfSmtp) {
  EXPECT_TRUE(check_relay_url("smtp://relay.internal:25"));
  EXPECT_TRUE(check_relay_url("smtps://[::1]:465"));
  for (const auto* url :
       {"", "relay:25", "http://relay", "smtp://", "smtp://relay/helo", "smtp://u:p@relay"}) {
    EXPECT_FALSE(check_relay_url(url)) << url;
  }
}

}  // namespace
}  // namespace rescue::delivery
