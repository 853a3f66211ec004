#include "postgres_url.hpp"

#include "postgres_database.hpp"

namespace rescue::store {
namespace {

/// PostgreSQL cuts names off at 63 bytes; "_before_restore_20260918T030405678Z" is appended to this one.
constexpr std::size_t kNameBytesMax = 24;
constexpr std::string_view kNameCharacters =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";

tl::unexpected<Error> bad(const std::string& why) {
  return fail(ErrorCode::kInvalid, "bad-database-url", why);
}

}  // namespace

Result<PostgresUrl> PostgresUrl::parse(const std::string& url) {
  if (!url.starts_with(kPostgresScheme)) return bad("must begin with postgresql://");
  const auto slash = url.find('/', kPostgresScheme.size());
  const auto end = std::min(url.find('?', kPostgresScheme.size()), url.size());
  if (slash == std::string::npos || slash > end)
    return bad("must name a database: postgresql://user@host/name");
  PostgresUrl out;
  out.before_ = url.substr(0, slash + 1);
  out.name_ = url.substr(slash + 1, end - slash - 1);
  out.after_ = url.substr(end);
  const auto at = out.before_.find('@');
  const bool has_password = (at != std::string::npos && out.before_.find(':', kPostgresScheme.size()) < at) ||
                            out.after_.find("password=") != std::string::npos;
  if (has_password) return bad("the password belongs into a file, named by ?passfile=");
  if (out.name_.empty() || out.name_.size() > kNameBytesMax ||
      out.name_.find_first_not_of(kNameCharacters) != std::string::npos) {
    return bad("the database's name must be of letters, digits, _ and -, at most " +
               std::to_string(kNameBytesMax) + " of them");
  }
  return out;
}

}  // namespace rescue::store
