#pragma once

#include <string_view>

#include "rescue/store/database.hpp"

namespace rescue::store {

inline constexpr std::string_view kPostgresScheme = "postgresql://";

/// See Database::open.
Result<std::unique_ptr<Database>> open_postgres(const std::string& url,
                                                std::span<const EmbeddedFile> migrations);

}  // namespace rescue::store
