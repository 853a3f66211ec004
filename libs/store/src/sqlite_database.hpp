#pragma once

#include <string_view>

#include "rescue/store/database.hpp"

namespace rescue::store {

inline constexpr std::string_view kSqliteScheme = "sqlite://";
/// The path of a private database, which is removed with the object.
inline constexpr std::string_view kPrivatePath = ":memory:";

/// `path`: absolute, or `kPrivatePath`. See Database::open.
Result<std::unique_ptr<Database>> open_sqlite(const std::string& path,
                                              std::span<const EmbeddedFile> migrations);

}  // namespace rescue::store
