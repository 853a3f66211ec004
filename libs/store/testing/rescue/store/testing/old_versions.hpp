#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "rescue/base/embedded.hpp"

namespace rescue::store::testing {

/// A row as some version of a schema can hold it.
struct OldRow {
  std::size_t since = 1;  ///< the migration from which on it can be put in
  /// The migration that turns it into what is expected: it is put in before that one only. 0: at any version.
  std::size_t before = 0;
  std::string insert;  ///< the statement that puts it in
  std::string select;  ///< gives one text: something of it that must outlive every later migration
  std::string expected;
};

/// For each back end and each earlier version of `migrations`: makes a database of that version, puts in the
/// rows that it can hold, migrates to the end and looks for them there. Failures are those of the running
/// test.
void expect_rows_to_survive(std::span<const EmbeddedFile> migrations, const std::vector<OldRow>& rows);

}  // namespace rescue::store::testing
