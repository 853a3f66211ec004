#include "tls.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <poll.h>

#include <array>

namespace rescue::outside {
namespace {

using Kind = Trouble::Kind;

struct ContextEnd {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
struct TlsEnd {
  void operator()(SSL* tls) const { SSL_free(tls); }
};
struct CertificateEnd {
  void operator()(X509* certificate) const { X509_free(certificate); }
};

std::string last_fault() {
  std::array<char, 256> text{};
  const auto code = ERR_get_error();
  if (code == 0) return "the handshake failed";
  ERR_error_string_n(code, text.data(), text.size());
  return text.data();
}

class TlsStream final : public Stream {
 public:
  TlsStream(std::unique_ptr<Connection> connection, SSL_CTX* context, SSL* tls)
      : connection_(std::move(connection)), context_(context), tls_(tls) {}

  Got<std::size_t> read_some(std::span<char> into, SteadyTime until) override {
    std::size_t count = 0;
    auto done = until_done([&] { return SSL_read_ex(tls_.get(), into.data(), into.size(), &count); }, until);
    if (!done) return tl::unexpected<Trouble>(done.error());
    return count;
  }
  Got<void> write_all(std::string_view bytes, SteadyTime until) override {
    std::size_t count = 0;  // without partial writes a success is the whole
    return until_done([&] { return SSL_write_ex(tls_.get(), bytes.data(), bytes.size(), &count); }, until);
  }
  Got<void> shake_hands(SteadyTime until) {
    auto done = until_done([&] { return SSL_connect(tls_.get()); }, until);
    if (!done && done.error().kind == Kind::kLost) return trouble(Kind::kTls, "TLS: " + done.error().text);
    return done;
  }
  SSL* tls() { return tls_.get(); }

 private:
  /// Calls `step` until it has succeeded, waiting for the socket as it asks.
  template <class Step>
  Got<void> until_done(Step step, SteadyTime until) {
    while (true) {
      // A server that goes on sending what is no data (tickets, key updates) makes no wait end in time.
      if (std::chrono::steady_clock::now() >= until) return trouble(Kind::kSilent, "no answer in time");
      ERR_clear_error();
      const int result = step();
      if (result == 1) return {};
      short events = 0;
      switch (SSL_get_error(tls_.get(), result)) {
        case SSL_ERROR_WANT_READ:
          events = POLLIN;
          break;
        case SSL_ERROR_WANT_WRITE:
          events = POLLOUT;
          break;
        case SSL_ERROR_ZERO_RETURN:
          return trouble(Kind::kLost, "the server ended the connection");
        default:
          return trouble(Kind::kLost, last_fault());
      }
      if (auto ready = connection_->wait(events, until); !ready) return ready;
    }
  }
  std::unique_ptr<Connection> connection_;
  std::unique_ptr<SSL_CTX, ContextEnd> context_;
  std::unique_ptr<SSL, TlsEnd> tls_;
};

std::string name_of(const X509_NAME* name) {
  std::array<char, 256> text{};
  X509_NAME_oneline(name, text.data(), text.size());
  return text.data();
}

/// Whose certificate it is, and whether anybody who checks would take it.
void tell_certificate(SSL* tls, const std::string& host, Transcript& transcript) {
  const std::unique_ptr<X509, CertificateEnd> certificate(SSL_get1_peer_certificate(tls));
  transcript.note(std::string(SSL_get_version(tls)) + ", " + SSL_get_cipher_name(tls));
  if (!certificate) return transcript.note("the server showed no certificate");
  transcript.note("certificate of " + name_of(X509_get_subject_name(certificate.get())) + ", by " +
                  name_of(X509_get_issuer_name(certificate.get())));
  const auto verdict = SSL_get_verify_result(tls);
  transcript.note(std::string("certificate not required to be good; its check says: ") +
                  X509_verify_cert_error_string(verdict));
  const bool fits = X509_check_host(certificate.get(), host.c_str(), host.size(), 0, nullptr) == 1 ||
                    X509_check_ip_asc(certificate.get(), host.c_str(), 0) == 1;
  if (!fits) transcript.note("the certificate is not for " + host);
}

}  // namespace

Got<std::unique_ptr<Stream>> start_tls(std::unique_ptr<Connection> connection, const std::string& host,
                                       bool host_is_address, Transcript& transcript, SteadyTime until) {
  std::unique_ptr<SSL_CTX, ContextEnd> context(SSL_CTX_new(TLS_client_method()));
  if (!context) return trouble(Kind::kTls, "TLS: " + last_fault());
  SSL_CTX_set_min_proto_version(context.get(), TLS1_VERSION);
  SSL_CTX_set_security_level(context.get(), 0);
  SSL_CTX_set_default_verify_paths(context.get());
  // Each record comes back to our own loop, which looks at the clock.
  SSL_CTX_clear_mode(context.get(), SSL_MODE_AUTO_RETRY);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION);
  // The chain is judged, and the handshake goes on whatever comes of it.
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_NONE, nullptr);
  std::unique_ptr<SSL, TlsEnd> tls(SSL_new(context.get()));
  if (!tls || SSL_set_fd(tls.get(), connection->fd()) != 1)
    return trouble(Kind::kTls, "TLS: " + last_fault());
  if (!host_is_address) SSL_set_tlsext_host_name(tls.get(), host.c_str());
  auto stream = std::make_unique<TlsStream>(std::move(connection), context.release(), tls.release());
  if (auto done = stream->shake_hands(until); !done) return tl::unexpected<Trouble>(done.error());
  tell_certificate(stream->tls(), host, transcript);
  return std::unique_ptr<Stream>(std::move(stream));
}

}  // namespace rescue::outside
