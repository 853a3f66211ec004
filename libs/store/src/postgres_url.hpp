#pragma once

#include <string>

#include "rescue/base/result.hpp"

namespace rescue::store {

/// postgresql://[user@][host][:port]/<name>[?parameters], taken apart so that other databases of the same
/// server can be named.
class PostgresUrl {
 public:
  /// kInvalid ("bad-database-url"): no name of letters, digits, _ and -, at most 24 (longer ones are made of
  /// it); or a password, which other users of the machine would see in the list of processes.
  static Result<PostgresUrl> parse(const std::string& url);
  const std::string& name() const { return name_; }
  /// The URL of another database of that server.
  std::string with_name(const std::string& other) const { return before_ + other + after_; }
  std::string text() const { return with_name(name_); }

 private:
  std::string before_, name_, after_;
};

}  // namespace rescue::store
