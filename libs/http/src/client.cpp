#include "rescue/http/client.hpp"

#include <fcntl.h>
#include <httplib.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <sys/socket.h>
#include <unistd.h>

#include <condition_variable>
#include <mutex>
#include <thread>

#include "text.hpp"

namespace rescue::http {
namespace {

Error transport_error(httplib::Error error, const std::string& base_url, bool too_large) {
  if (too_large)
    return {ErrorCode::kTooLarge, "payload-too-large", "the answer of " + base_url + " is over the limit"};
  const auto detail = "no answer from " + base_url + ": " + httplib::to_string(error);
  if (error == httplib::Error::Read || error == httplib::Error::Write) {
    return {ErrorCode::kTimeout, "time-out", detail};
  }
  return {ErrorCode::kUnavailable, "service-unavailable", detail};
}

bool is_safe_path(const std::string& path) {
  return path.starts_with('/') && path.find_first_of("\r\n \t") == std::string::npos && !has_control(path);
}

/// The socket of a call, by a descriptor of its own: the call's may be closed and given to another meanwhile.
/// Cutting it ends whatever the call waits for; httplib's stop() waits itself while it shakes hands.
class CallSocket {
 public:
  CallSocket() = default;
  ~CallSocket() { close(); }
  CallSocket(const CallSocket&) = delete;
  CallSocket& operator=(const CallSocket&) = delete;
  void keep(int socket) {
    const std::lock_guard lock(mutex_);
    close();
    socket_ = ::fcntl(socket, F_DUPFD_CLOEXEC, 0);
    if (cut_ || socket_ < 0) ::shutdown(socket, SHUT_RDWR);
  }
  void cut() {
    const std::lock_guard lock(mutex_);
    cut_ = true;
    if (socket_ >= 0) ::shutdown(socket_, SHUT_RDWR);
  }

 private:
  void close() {
    if (socket_ >= 0) ::close(socket_);
  }

  std::mutex mutex_;
  int socket_ = -1;
  bool cut_ = false;
};

/// Breaks a call off when its time is over: the library bounds each read, not their sum.
class TimeLimit {
 public:
  TimeLimit(CallSocket& socket, std::chrono::milliseconds limit) {
    if (limit.count() == 0) return;
    watch_ = std::thread([this, &socket, until = std::chrono::steady_clock::now() + limit] {
      std::unique_lock lock(mutex_);
      if (ended_.wait_until(lock, until, [this] { return over_; })) return;
      passed_ = true;
      socket.cut();
    });
  }
  ~TimeLimit() {
    if (!watch_.joinable()) return;
    {
      const std::lock_guard lock(mutex_);
      over_ = true;
    }
    ended_.notify_all();
    watch_.join();
  }
  TimeLimit(const TimeLimit&) = delete;
  TimeLimit& operator=(const TimeLimit&) = delete;
  bool passed() {
    const std::lock_guard lock(mutex_);
    return passed_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable ended_;
  bool over_ = false;
  bool passed_ = false;
  std::thread watch_;
};

/// "directory.example.jp" of "https://directory.example.jp:8443", "::1" of "https://[::1]"
std::string host_of(const std::string& base_url) {
  auto authority = base_url.substr(base_url.find("://") + 3);
  authority.resize(std::min(authority.find('/'), authority.size()));
  if (authority.starts_with('[')) return authority.substr(1, authority.find(']') - 1);
  return authority.substr(0, authority.find(':'));
}

/// OpenSSL's check of the name joins the result that httplib asks for; httplib's own takes a common name
/// where no alternative name fits.
void want_host(SSL_CTX* context, const std::string& host) {
  X509_VERIFY_PARAM* wanted = SSL_CTX_get0_param(context);
  X509_VERIFY_PARAM_set_hostflags(wanted, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  if (X509_VERIFY_PARAM_set1_ip_asc(wanted, host.c_str()) == 1) return;
  X509_VERIFY_PARAM_set1_host(wanted, host.c_str(), host.size());
}

class Call {
 public:
  explicit Call(const Client::Options& options) : options_(options), client_(options.base_url) {
    client_.set_follow_location(false);
    client_.set_connection_timeout(options.connect_timeout);
    client_.set_read_timeout(options.read_timeout);
    client_.set_write_timeout(options.read_timeout);
    client_.set_keep_alive(false);
    client_.enable_server_certificate_verification(true);
    client_.set_socket_options([this](socket_t socket) { socket_.keep(socket); });
    if (!options.ca_file.empty()) client_.set_ca_cert_path(options.ca_file);
    if (SSL_CTX* context = client_.ssl_context()) want_host(context, host_of(options.base_url));
  }

  Result<ClientResponse> send(httplib::Request request) {
    if (!client_.is_valid()) {
      return fail(ErrorCode::kInvalid, "bad-config", "not a base URL: " + options_.base_url);
    }
    if (!is_safe_path(request.path)) return fail(ErrorCode::kInvalid, "bad-path", "not a path to call");
    if (!options_.token.empty()) request.headers.emplace("Authorization", "Bearer " + options_.token);
    for (const auto& [name, value] : request.headers) {
      if (!is_token(name) || !is_field_value(value))
        return fail(ErrorCode::kInvalid, "bad-request", "not a header field");
    }
    ClientResponse out;
    bool too_large = false;
    request.content_receiver = [&](const char* data, std::size_t size, std::uint64_t, std::uint64_t) {
      too_large = out.body.size() + size > options_.body_bytes_max;
      if (!too_large) out.body.append(data, size);
      return !too_large;
    };
    TimeLimit limit(socket_, options_.total_timeout);
    const auto result = client_.send(request);
    // What is cut off may look whole: an answer without a length ends where the connection does.
    if (limit.passed()) {
      return fail(ErrorCode::kTimeout, "time-out", "no whole answer from " + options_.base_url + " in time");
    }
    if (!result) return fail(transport_error(result.error(), options_.base_url, too_large));
    out.status = result->status;
    for (const auto& [name, value] : result->headers) out.headers[to_lower(name)] = value;
    return out;
  }

 private:
  const Client::Options& options_;
  CallSocket socket_;
  httplib::Client client_;
};

}  // namespace

Client::Client(Options options) : options_(std::move(options)) {}

Result<ClientResponse> Client::get(const std::string& path, const std::string& traceparent) {
  httplib::Request request;
  request.method = "GET";
  request.path = path;
  if (!traceparent.empty()) request.headers.emplace("traceparent", traceparent);
  return Call(options_).send(std::move(request));
}

Result<ClientResponse> Client::post(const std::string& path, const Json& body,
                                    const std::map<std::string, std::string>& headers) {
  return post_bytes(path, dump_json(body), "application/json", headers);
}

Result<ClientResponse> Client::post_bytes(const std::string& path, std::string bytes,
                                          const std::string& content_type,
                                          const std::map<std::string, std::string>& headers) {
  httplib::Request request;
  request.method = "POST";
  request.path = path;
  request.body = std::move(bytes);
  request.headers.emplace("Content-Type", content_type);
  for (const auto& [name, value] : headers) request.headers.emplace(name, value);
  return Call(options_).send(std::move(request));
}

}  // namespace rescue::http
