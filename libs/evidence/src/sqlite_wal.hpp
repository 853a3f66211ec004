#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>

#include "paged_file.hpp"

namespace rescue::evidence {

/// The write-ahead log of an SQLite data base (its documentation "The WAL Format"): pages that were committed
/// and not yet written into the data base. Read as SQLite reads it: up to the first frame that is not of this
/// log or whose checksum is wrong, and of those up to the last commit.
class SqliteWal {
 public:
  /// Nothing where the log holds nothing that was committed. What could not be read of it, or was not for its
  /// size or the time, is added to `damage`.
  static std::optional<SqliteWal> read(OpenFile file, std::size_t page_bytes,
                                       const std::function<bool()>& time_is_up, PageDamage& damage);

  bool holds(std::uint32_t page) const { return frames_.contains(page); }
  /// Of a page that it holds.
  bool read_page(std::uint32_t page, std::string& into) const;
  /// The size of the data base after the last commit.
  std::uint32_t pages() const { return pages_; }

 private:
  SqliteWal(OpenFile file, std::size_t page_bytes) : file_(std::move(file)), page_bytes_(page_bytes) {}
  OpenFile file_;
  std::size_t page_bytes_;
  std::unordered_map<std::uint32_t, std::uint64_t> frames_;  // page → where its content lies
  std::uint32_t pages_ = 0;
};

}  // namespace rescue::evidence
