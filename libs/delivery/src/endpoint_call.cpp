#include "endpoint_call.hpp"

#include <httplib.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include "bounded_stream.hpp"
#include "printable.hpp"
#include "socket_cutter.hpp"

namespace rescue::delivery {
namespace {

using std::chrono::microseconds;

constexpr const char* kSystemCertificates = "/etc/ssl/certs";
/// Our own clock ends a call, httplib's only where that fails.
constexpr std::chrono::seconds kLonger{2};

microseconds left_until(Deadline time) {
  const auto left = std::chrono::ceil<microseconds>(time - std::chrono::steady_clock::now());
  return std::max(left, microseconds(1));
}

/// httplib's client whose answers are bounded.
template <class Base>
class BoundedClient final : public Base {
 public:
  explicit BoundedClient(const EndpointCall& call)
      : Base(call.url.host, call.url.port), bytes_max_(call.answer_bytes_max) {}

 private:
  bool process_socket(const typename Base::Socket& socket,
                      std::function<bool(httplib::Stream&)> callback) override {
    BoundedStream stream(socket.sock, socket.ssl, bytes_max_);
    return callback(stream);
  }
  std::size_t bytes_max_;
};

int note_fault(int fits, X509_STORE_CTX* store) {
  if (fits == 0) {
    const auto* tls =
        static_cast<SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
    auto* fault = static_cast<std::string*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(tls)));
    *fault = X509_verify_cert_error_string(X509_STORE_CTX_get_error(store));
  }
  return fits;
}

/// OpenSSL checks chain and name while it shakes hands. httplib's own check of the name comes later, takes a
/// common name in place of alternative names, and tells upper case from lower: it is off.
bool set_verification(httplib::SSLClient& client, const EndpointCall& call, std::string& fault) {
  client.enable_server_certificate_verification(false);
  SSL_CTX* context = client.ssl_context();
  if (context == nullptr) return false;
  SSL_CTX_set_app_data(context, &fault);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, &note_fault);
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  X509_VERIFY_PARAM* wanted = SSL_CTX_get0_param(context);
  X509_VERIFY_PARAM_set_hostflags(wanted, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  const auto& host = call.url.host;
  if (X509_VERIFY_PARAM_set1_ip_asc(wanted, host.c_str()) != 1 &&
      X509_VERIFY_PARAM_set1_host(wanted, host.c_str(), host.size()) != 1) {
    return false;
  }
  const bool own = !call.ca_file.empty();
  return SSL_CTX_load_verify_locations(context, own ? call.ca_file.c_str() : nullptr,
                                       own ? nullptr : kSystemCertificates) == 1;
}

httplib::Request request_of(const EndpointCall& call, EndpointAnswer& answer) {
  httplib::Request out;
  out.method = "POST";
  out.path = call.url.target;
  out.body = call.body;
  for (const auto& [name, value] : call.headers) out.headers.emplace(name, value);
  out.headers.emplace("Host", call.url.authority);
  out.response_handler = [&answer](const httplib::Response& head) {
    answer.status = head.status;
    answer.retry_after = head.get_header_value("Retry-After");
    return true;
  };
  out.content_receiver = [](const char*, std::size_t, std::uint64_t, std::uint64_t) { return true; };
  return out;
}

void explain(httplib::Error error, bool timed_out, const std::string& tls_fault, EndpointAnswer& answer) {
  using httplib::Error;
  answer.connected = error != Error::Connection && error != Error::ConnectionTimeout;
  answer.detail = printable("no answer: " + httplib::to_string(error));
  if (timed_out || error == Error::ConnectionTimeout) {
    answer.problem = "timed-out";
    answer.detail = "there was no whole answer in time";
  } else if (error == Error::Connection) {
    answer.problem = "no-connection";
  } else if (error == Error::SSLConnection) {
    answer.problem = "tls-failed";
    answer.detail = printable("TLS: " + (tls_fault.empty() ? "the handshake failed" : tls_fault));
  } else {
    answer.problem = "transfer-failed";
  }
}

EndpointAnswer run(httplib::ClientImpl& client, const EndpointCall& call, const std::string& tls_fault) {
  SocketCutter cutter(call.until);
  client.set_hostname_addr_map({{call.url.host, call.address}});
  client.set_socket_options([&cutter](socket_t socket) { cutter.guard(socket); });
  client.set_connection_timeout(left_until(call.connected_by));
  client.set_read_timeout(left_until(call.until) + kLonger);
  client.set_write_timeout(left_until(call.until) + kLonger);
  client.set_follow_location(false);
  client.set_keep_alive(false);
  client.set_decompress(false);
  client.set_url_encode(false);  // it is a URL's part already
  EndpointAnswer answer;
  const auto result = client.send(request_of(call, answer));
  if (result) {
    answer.status = result->status;
    answer.retry_after = result->get_header_value("Retry-After");
  }
  // What broke off after its head has been answered all the same.
  if (answer.status == 0) explain(result.error(), cutter.has_cut(), tls_fault, answer);
  return answer;
}

}  // namespace

EndpointAnswer post_to_endpoint(const EndpointCall& call) {
  std::string tls_fault;
  if (!call.url.tls) {
    BoundedClient<httplib::ClientImpl> client(call);
    return run(client, call, tls_fault);
  }
  BoundedClient<httplib::SSLClient> client(call);
  if (!set_verification(client, call, tls_fault)) {
    return {.problem = "tls-failed", .detail = "the certificates to trust cannot be read"};
  }
  return run(client, call, tls_fault);
}

}  // namespace rescue::delivery
