#pragma once

#include <string>
#include <string_view>

namespace rescue::store {

/// A statement as PostgreSQL takes it: `?` written as $1, $2 … outside of literals, names and comments.
struct PostgresSql {
  std::string text;
  std::size_t parameters = 0;
};
PostgresSql to_postgres(std::string_view sql);

/// PostgreSQL's TEXT holds no NUL and only valid UTF-8; ours any bytes. A text that it can hold stands there
/// as it is, any other, and one that looks like such a one, as "\x01hex:" and its bytes in hex: equal texts
/// stay equal, different ones different.
std::string encode_text(std::string_view text);
std::string decode_text(std::string_view stored);

}  // namespace rescue::store
