#pragma once

#include <span>
#include <string>
#include <vector>

#include "connection.hpp"
#include "rescue/base/embedded.hpp"

namespace rescue::store {

struct Migration {
  std::int64_t number = 0;
  std::string name;  ///< file name without its directory
  std::string sql;
};

/// `files` in the order of their number. kInternal unless they are numbered 1, 2, 3 … ("0001_name.sql").
Result<std::vector<Migration>> migrations_in_order(std::span<const EmbeddedFile> files);

/// Runs what `component` lacks, each migration in a transaction with its row in schema_migrations. Of several
/// processes that do so at once each step is taken by one, while the others wait for their turn to write.
/// kCorrupt ("database-newer") when the database has one that the program does not know.
Status migrate(Connection& connection, const std::string& component, std::span<const EmbeddedFile> files);

}  // namespace rescue::store
