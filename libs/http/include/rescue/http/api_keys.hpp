#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rescue/base/result.hpp"
#include "rescue/http/message.hpp"

namespace rescue::http {

/// The callers' keys: a read-only file that every service loads, JSON
/// {"keys":[{"id":"k1","role":"web_form","name":"…","sha256":"<hex of the whole token>","disabled":false}]}.
/// A token is `rk_<id>_<64 hex digits>` and stands in the file only as its SHA-256. Immutable, thread-safe.
class ApiKeys {
 public:
  ApiKeys() = default;
  /// kInvalid names the faulty entry: unknown role, id twice, no hash.
  static Result<ApiKeys> load(const std::string& path);
  static Result<ApiKeys> parse(std::string_view json);
  /// The caller of an "Authorization: Bearer …" header value. Compared in constant time. kUnauthorized
  /// otherwise.
  Result<Caller> authenticate(std::optional<std::string_view> authorization) const;

  struct Entry {
    std::string id;
    std::string role;
    std::string name;
    std::string sha256;
    bool disabled = false;
  };
  const std::vector<Entry>& entries() const { return entries_; }
  static const std::vector<std::string>& roles();  ///< web_form, reporter, internal, operator

 private:
  std::vector<Entry> entries_;
};

/// A fresh token and its entry for the key file (used by `rescuectl key`).
struct NewKey {
  std::string token;
  ApiKeys::Entry entry;
};
Result<NewKey> make_api_key(std::string_view id, std::string_view role, std::string_view name);

}  // namespace rescue::http
