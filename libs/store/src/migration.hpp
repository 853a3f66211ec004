#pragma once

#include <span>
#include <string>
#include <vector>

#include "rescue/base/embedded.hpp"
#include "sqlite_connection.hpp"

namespace rescue::store {

struct Migration {
  std::int64_t number = 0;
  std::string name;  ///< file name without its directory
  std::string sql;
};

/// `files` in the order of their number. kInternal unless they are numbered 1, 2, 3 … ("0001_name.sql").
Result<std::vector<Migration>> migrations_in_order(std::span<const EmbeddedFile> files);

/// Runs what `component` lacks, each migration in a transaction with its row in schema_migrations. kCorrupt
/// ("database-newer") when the database has one that the program does not know.
Status migrate(SqliteConnection& connection, const std::string& component,
               std::span<const EmbeddedFile> files);

}  // namespace rescue::store
