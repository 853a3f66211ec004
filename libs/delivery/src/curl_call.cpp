#include "curl_call.hpp"

#include <mutex>
#include <stdexcept>

#include "printable.hpp"

namespace rescue::delivery {
namespace {

void begin_curl() {
  static std::once_flag once;
  std::call_once(once, [] {
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) throw std::runtime_error("libcurl does not start");
  });
}

std::string problem_of(CURLcode code) {
  switch (code) {
    case CURLE_OPERATION_TIMEDOUT:
      return "timed-out";
    case CURLE_COULDNT_RESOLVE_HOST:
      return "name-not-found";
    case CURLE_COULDNT_CONNECT:
      return "no-connection";
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_USE_SSL_FAILED:
      return "tls-failed";
    case CURLE_LOGIN_DENIED:
      return "login-refused";
    default:
      return "transfer-failed";
  }
}

}  // namespace

Slist make_slist(const std::vector<std::string>& lines) {
  Slist list;
  for (const auto& line : lines) {
    curl_slist* longer = curl_slist_append(list.get(), line.c_str());
    if (longer == nullptr) throw std::bad_alloc();
    (void)list.release();
    list.reset(longer);
  }
  return list;
}

CurlCall::CurlCall(const std::string& url, const std::string& protocols, std::chrono::milliseconds timeout,
                   const std::string& ca_file) {
  begin_curl();
  handle_.reset(curl_easy_init());
  if (!handle_) throw std::runtime_error("libcurl gives no handle");
  set(CURLOPT_ERRORBUFFER, error_.data());
  set(CURLOPT_URL, url.c_str());
  set(CURLOPT_PROTOCOLS_STR, protocols.c_str());
  set(CURLOPT_TIMEOUT_MS, static_cast<long>(timeout.count()));
  set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(timeout.count()));
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_FOLLOWLOCATION, 0L);
  // The environment's proxy would connect for us, to wherever it likes.
  set(CURLOPT_PROXY, "");
  if (!ca_file.empty()) set(CURLOPT_CAINFO, ca_file.c_str());
}

long CurlCall::status() const {
  long code = 0;
  curl_easy_getinfo(handle_.get(), CURLINFO_RESPONSE_CODE, &code);
  return code;
}

std::string CurlCall::text_of(CURLcode code) const {
  return printable(error_[0] != '\0' ? error_.data() : curl_easy_strerror(code));
}

Outcome transport_failure(CURLcode code, const CurlCall& call) {
  return {.verdict = Verdict::kLater, .problem = problem_of(code), .detail = call.text_of(code)};
}

}  // namespace rescue::delivery
