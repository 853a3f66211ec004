// TLS goes by the URL's host, though an address is connected to.
#include <gtest/gtest.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <memory>

#include "listener_testing.hpp"

namespace rescue::delivery {
namespace {

using testing::Listener;
using testing::options_here;

template <auto End>
struct Ended {
  template <class T>
  void operator()(T* thing) const {
    End(thing);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Ended<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Ended<X509_free>>;

/// Self-signed, for what `alternative` names: "DNS:hook.example.test".
Certificate make_certificate(EVP_PKEY* key, const char* common_name, const char* alternative) {
  Certificate out(X509_new());
  X509_set_version(out.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(out.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(out.get()), -3600);
  X509_gmtime_adj(X509_getm_notAfter(out.get()), 3600);
  X509_set_pubkey(out.get(), key);
  X509_NAME* name = X509_get_subject_name(out.get());
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(common_name),
                             -1, -1, 0);
  X509_set_issuer_name(out.get(), name);
  X509_EXTENSION* names = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, alternative);
  X509_add_ext(out.get(), names, -1);
  X509_EXTENSION_free(names);
  EXPECT_GT(X509_sign(out.get(), key, EVP_sha256()), 0);
  return out;
}

/// One certificate and an endpoint that has it; `file` is what a sender trusts.
class TlsEndpoint {
 public:
  explicit TlsEndpoint(const char* alternative, const char* common_name = "endpoint")
      : key_(EVP_EC_gen("P-256")),
        certificate_(make_certificate(key_.get(), common_name, alternative)),
        file(::testing::TempDir() + "/webhook-tls-" + std::to_string(::getpid()) + ".pem"),
        listener_([this](Listener&, int connection) { answer(connection); }) {
    std::unique_ptr<BIO, Ended<BIO_free>> out(BIO_new_file(file.c_str(), "w"));
    PEM_write_bio_X509(out.get(), certificate_.get());
  }
  ~TlsEndpoint() { ::unlink(file.c_str()); }
  TlsEndpoint(const TlsEndpoint&) = delete;
  TlsEndpoint& operator=(const TlsEndpoint&) = delete;

  Outcome called_by(const std::string& host, bool trusted = true) {
    auto options = options_here([](const std::string&) -> std::vector<std::string> { return {"127.0.0.1"}; });
    if (trusted) options.ca_file = file;
    return testing::send_here("https://" + host + ":" + std::to_string(listener_.port()) + "/hook", options);
  }
  const std::string& request() {
    listener_.finish();
    return request_;
  }
  const std::string& name_asked_for() {
    listener_.finish();
    return name_asked_for_;
  }

 private:
  void answer(int connection) {
    const std::unique_ptr<SSL_CTX, Ended<SSL_CTX_free>> context(SSL_CTX_new(TLS_server_method()));
    SSL_CTX_use_certificate(context.get(), certificate_.get());
    SSL_CTX_use_PrivateKey(context.get(), key_.get());
    const std::unique_ptr<SSL, Ended<SSL_free>> tls(SSL_new(context.get()));
    SSL_set_fd(tls.get(), connection);
    if (SSL_accept(tls.get()) != 1) return;
    const char* name = SSL_get_servername(tls.get(), TLSEXT_NAMETYPE_host_name);
    name_asked_for_ = name == nullptr ? "" : name;
    char buffer[4096];
    while (request_.find("\r\n\r\n{}") == std::string::npos) {
      const int got = SSL_read(tls.get(), buffer, sizeof buffer);
      if (got <= 0) return;
      request_.append(buffer, static_cast<std::size_t>(got));
    }
    const std::string yes = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    SSL_write(tls.get(), yes.data(), static_cast<int>(yes.size()));
  }

  Key key_;
  Certificate certificate_;

 public:
  const std::string file;

 private:
  std::string request_, name_asked_for_;
  Listener listener_;
};

TEST(WebhookTls, TheCertificateIsForTheUrlsHostThoughAnAddressIsConnectedTo) {
  TlsEndpoint endpoint("DNS:hook.example.test");
  const auto outcome = endpoint.called_by("hook.example.test");
  EXPECT_EQ(outcome.verdict, Verdict::kDelivered) << outcome.detail;
  EXPECT_EQ(endpoint.name_asked_for(), "hook.example.test");
  EXPECT_NE(endpoint.request().find("Host: hook.example.test:"), std::string::npos) << endpoint.request();
}

TEST(WebhookTls, UpperAndLowerCaseAreTheSameName) {
  TlsEndpoint endpoint("DNS:Hook.Example.test");
  EXPECT_EQ(endpoint.called_by("hook.EXAMPLE.test").verdict, Verdict::kDelivered);
}

TEST(WebhookTls, AnotherNamesCertificateGetsNothing) {
  for (const auto* names : {"DNS:other.example.test", "DNS:hook.example.test.evil.test", "DNS:*.test",
                            "IP:127.0.0.1", "DNS:ho*.example.test"}) {
    TlsEndpoint endpoint(names);
    const auto outcome = endpoint.called_by("hook.example.test");
    EXPECT_EQ(outcome.verdict, Verdict::kLater) << names;
    EXPECT_EQ(outcome.problem, "tls-failed") << names;
    EXPECT_NE(outcome.detail.find("hostname mismatch"), std::string::npos) << outcome.detail;
    EXPECT_EQ(endpoint.request(), "") << names;
  }
}

TEST(WebhookTls, ACommonNameDoesNotStandInForAlternativeNames) {
  TlsEndpoint endpoint("DNS:other.example.test", "hook.example.test");
  EXPECT_EQ(endpoint.called_by("hook.example.test").problem, "tls-failed");
  EXPECT_EQ(endpoint.request(), "");
}

TEST(WebhookTls, AnAddressNeedsACertificateForIt) {
  TlsEndpoint right("IP:127.0.0.1");
  EXPECT_EQ(right.called_by("127.0.0.1").verdict, Verdict::kDelivered);
  TlsEndpoint wrong("IP:127.0.0.2");
  EXPECT_EQ(wrong.called_by("127.0.0.1").problem, "tls-failed");
}

TEST(WebhookTls, ACertificateThatNobodyTrustsGetsNothing) {
  TlsEndpoint endpoint("DNS:hook.example.test");
  const auto outcome = endpoint.called_by("hook.example.test", false);
  EXPECT_EQ(outcome.problem, "tls-failed");
  EXPECT_EQ(endpoint.request(), "");
}

TEST(WebhookTls, WithoutCertificatesToTrustNothingIsSent) {
  auto options = options_here();
  options.ca_file = "/nonexistent.pem";
  Listener listener("");
  const auto outcome =
      testing::send_here("https://127.0.0.1:" + std::to_string(listener.port()) + "/hook", options);
  EXPECT_EQ(outcome.problem, "tls-failed");
  EXPECT_FALSE(listener.called());
}

TEST(WebhookTls, AHandshakeThatDripsForEverIsGivenUpInTime) {
  // The head of a record, which its content never follows in whole.
  Listener listener([](Listener&, int connection) {
    ::send(connection, "\x16\x03\x03\x3f\xff\x02", 6, MSG_NOSIGNAL);
    Listener::drip(connection, 'x');
  });
  auto options = options_here();
  options.timeout = std::chrono::milliseconds(400);
  const auto begun = std::chrono::steady_clock::now();
  const auto outcome =
      testing::send_here("https://127.0.0.1:" + std::to_string(listener.port()) + "/hook", options);
  EXPECT_EQ(outcome.problem, "timed-out") << outcome.detail;
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(5));
}

}  // namespace
}  // namespace rescue::delivery
