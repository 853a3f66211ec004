#pragma once

#include <string_view>

#include "rescue/store/database.hpp"

namespace rescue::store {

inline constexpr std::string_view kSqliteScheme = "sqlite://";
inline constexpr std::string_view kVolatileScheme = "sqlite-volatile://";
/// The path of a private database, which is removed with the object.
inline constexpr std::string_view kPrivatePath = ":memory:";

enum class Writing { kDurable, kVolatileInCaller };

/// `path`: absolute, or `kPrivatePath`. See Database::open.
Result<std::unique_ptr<Database>> open_sqlite(const std::string& path,
                                              std::span<const EmbeddedFile> migrations,
                                              Writing writing = Writing::kDurable);

}  // namespace rescue::store
