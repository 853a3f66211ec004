#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <csignal>
#include <memory>

#include "rescue/outside/testing/scripted_server.hpp"

namespace rescue::outside {
namespace {

using testing::look;
using testing::Peer;
using testing::ScriptedServer;
using testing::transcript_of;

/// As every service does before it calls anybody.
const auto kNoBrokenPipe = std::signal(SIGPIPE, SIG_IGN);

template <auto End>
struct Ended {
  template <class T>
  void operator()(T* thing) const {
    End(thing);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Ended<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Ended<X509_free>>;

Certificate self_signed(EVP_PKEY* key) {
  Certificate out(X509_new());
  X509_set_version(out.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(out.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(out.get()), -7200);
  X509_gmtime_adj(X509_getm_notAfter(out.get()), -3600);
  X509_set_pubkey(out.get(), key);
  X509_NAME* name = X509_get_subject_name(out.get());
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("old\x1b.test"),
                             -1, -1, 0);
  X509_set_issuer_name(out.get(), name);
  EXPECT_GT(X509_sign(out.get(), key, EVP_sha256()), 0);
  return out;
}

using Tls = std::unique_ptr<SSL, Ended<SSL_free>>;

/// The server's side, with a certificate that nobody would take; nothing where there was no handshake.
Tls accepted(const Peer& peer) {
  const Key key(EVP_EC_gen("P-256"));
  const Certificate certificate = self_signed(key.get());
  const std::unique_ptr<SSL_CTX, Ended<SSL_CTX_free>> context(SSL_CTX_new(TLS_server_method()));
  SSL_CTX_use_certificate(context.get(), certificate.get());
  SSL_CTX_use_PrivateKey(context.get(), key.get());
  Tls tls(SSL_new(context.get()));
  SSL_set_fd(tls.get(), peer.fd());
  return SSL_accept(tls.get()) == 1 ? std::move(tls) : nullptr;
}

void answer_over_tls(Peer& peer, std::string& name_asked_for) {
  const Tls tls = accepted(peer);
  if (!tls) return;
  const char* name = SSL_get_servername(tls.get(), TLSEXT_NAMETYPE_host_name);
  name_asked_for = name == nullptr ? "" : name;
  std::array<char, 4096> request{};
  SSL_read(tls.get(), request.data(), static_cast<int>(request.size()));
  const std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\npay";
  SSL_write(tls.get(), answer.data(), static_cast<int>(answer.size()));
  SSL_shutdown(tls.get());
}

TEST(UrlTls, ACertificateNeedNotBeGoodAndIsTold) {
  std::string name_asked_for;
  Check check;
  {
    ScriptedServer server([&](Peer& peer) { answer_over_tls(peer, name_asked_for); });
    check = look({.kind = "phishing_url",
                  .url = "https://shop.example.com:" + std::to_string(server.port()) + "/pay",
                  .port = {},
                  .protocol = {}});
  }
  EXPECT_EQ(check.answer, Answer::kConfirmed) << transcript_of(check);
  EXPECT_EQ(check.seen["bytes"], 3);
  EXPECT_EQ(name_asked_for, "shop.example.com");
  const auto told = transcript_of(check);
  EXPECT_NE(told.find("* certificate of /CN=old\\\\x1B.test, by /CN=old\\\\x1B.test"), std::string::npos)
      << told;
  EXPECT_NE(told.find("its check says: "), std::string::npos);
  EXPECT_NE(told.find("* the certificate is not for shop.example.com"), std::string::npos);
}

TEST(UrlTls, WhoSpeaksNoTlsIsNoPage) {
  ScriptedServer server([](Peer& peer) { peer.repeat("HTTP/1.1 400 plain\r\n\r\n", 10); });
  const auto check = look({.kind = "phishing_url",
                           .url = "https://shop.example.com:" + std::to_string(server.port()) + "/",
                           .port = {},
                           .protocol = {}});
  EXPECT_EQ(check.answer, Answer::kNotReproduced) << check.why;
  EXPECT_TRUE(check.why.starts_with("TLS: ")) << check.why;
}

TEST(UrlTls, AHandshakeThatIsNeverAnsweredEndsInTime) {
  ScriptedServer server([](Peer& peer) { peer.wait_for_end(); });
  const auto check = look({.kind = "phishing_url",
                           .url = "https://shop.example.com:" + std::to_string(server.port()) + "/",
                           .port = {},
                           .protocol = {}});
  EXPECT_EQ(check.answer, Answer::kUnreachable);
}

TEST(UrlTls, AServerThatChangesItsKeysForEverEndsInTime) {
  ScriptedServer server([](Peer& peer) {
    const timeval patience{20, 0};
    ::setsockopt(peer.fd(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    const Tls tls = accepted(peer);
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (tls && SSL_key_update(tls.get(), SSL_KEY_UPDATE_NOT_REQUESTED) == 1 &&
           SSL_do_handshake(tls.get()) == 1 && std::chrono::steady_clock::now() < until) {
    }
  });
  const auto begun = std::chrono::steady_clock::now();
  const auto check = look({.kind = "phishing_url",
                           .url = "https://shop.example.com:" + std::to_string(server.port()) + "/",
                           .port = {},
                           .protocol = {}});
  EXPECT_NE(check.answer, Answer::kConfirmed);
  EXPECT_NE(transcript_of(check).find("TLSv1.3"), std::string::npos) << transcript_of(check);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(10));
}

}  // namespace
}  // namespace rescue::outside
