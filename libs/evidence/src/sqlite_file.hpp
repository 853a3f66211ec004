#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "paged_file.hpp"
#include "sqlite_wal.hpp"

namespace rescue::evidence {

/// A value of a row: nothing (NULL, or a number with a point), a whole number, a text or bytes.
using SqliteValue = std::variant<std::monostate, std::int64_t, std::string_view>;

/// A row of a table. Views die with the call that gives it.
struct SqliteRow {
  std::int64_t id = 0;
  std::vector<SqliteValue> values;
  std::int64_t number(std::size_t column) const;    ///< 0 where there is none
  std::string_view text(std::size_t column) const;  ///< empty where there is none
};

/// Reads tables out of an SQLite data base (its documentation "Database File Format") without SQLite: nothing
/// of what a hostile file says of its schema is run, and nothing is ever written. What was committed into a
/// write-ahead log beside it is seen. No page is read twice in one table, so that loops end.
class SqliteFile {
 public:
  /// kNotFound; kCorrupt when it is no such data base; kTooLarge above 4 GiB.
  /// `time_is_up`, where there is one, is asked at every page; what was left out is damage.
  static Result<SqliteFile> open(const SafeRoot& root, const std::string& path,
                                 const std::function<bool()>& time_is_up = {});
  /// Whether it would open, without a look at its log.
  static bool is_one(const SafeRoot& root, const std::string& path);

  /// Calls `visit` for each row of the table, in the order of their numbers, until it answers false. False
  /// when there is no such table.
  bool each_row(std::string_view table, const std::function<bool(const SqliteRow&)>& visit);
  const PageDamage& damage() const { return damage_; }
  const FileInfo& info() const { return file_.info(); }
  bool has_log() const { return wal_.has_value(); }

 private:
  class Walk;
  SqliteFile(PagedFile file, std::size_t usable, std::function<bool()> time_is_up)
      : file_(std::move(file)), usable_(usable), time_is_up_(std::move(time_is_up)) {}
  static Result<SqliteFile> open_alone(const SafeRoot& root, const std::string& path,
                                       const std::function<bool()>& time_is_up);
  std::uint64_t pages() const;
  /// From 1, as SQLite counts.
  bool read_page(std::uint32_t number, std::string& into) const;

  PagedFile file_;
  std::optional<SqliteWal> wal_;
  std::size_t usable_;  // bytes of a page
  std::function<bool()> time_is_up_;
  PageDamage damage_;
};

}  // namespace rescue::evidence
