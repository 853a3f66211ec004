#pragma once

#include <curl/curl.h>

#include <array>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "rescue/delivery/outcome.hpp"

namespace rescue::delivery {

struct SlistEnd {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using Slist = std::unique_ptr<curl_slist, SlistEnd>;
Slist make_slist(const std::vector<std::string>& lines);

/// One transfer with one handle: no proxy, no signals, no redirects, bounded in time; what it says comes as
/// text. One thread.
class CurlCall {
 public:
  /// Throws std::runtime_error when libcurl gives no handle.
  CurlCall(const std::string& url, const std::string& protocols, std::chrono::milliseconds timeout,
           const std::string& ca_file);
  template <class T>
  void set(CURLoption option, T value) {
    curl_easy_setopt(handle_.get(), option, value);
  }
  CURLcode run() { return curl_easy_perform(handle_.get()); }
  CURL* handle() const { return handle_.get(); }
  long status() const;
  /// What went wrong, for a person.
  std::string text_of(CURLcode code) const;

 private:
  struct HandleEnd {
    void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
  };
  std::array<char, CURL_ERROR_SIZE> error_{};
  std::unique_ptr<CURL, HandleEnd> handle_;
};

/// kLater with the name that fits how the transfer failed.
Outcome transport_failure(CURLcode code, const CurlCall& call);

}  // namespace rescue::delivery
