#pragma once

#include <chrono>
#include <optional>
#include <vector>

namespace rescue::catalog {

/// The days in Asia/Tokyo on which a row of an annex is in force, both included. No end: until further
/// notice.
struct Validity {
  std::chrono::sys_days from;
  std::optional<std::chrono::sys_days> to;

  bool holds(std::chrono::sys_days day) const { return from <= day && (!to || day <= *to); }
  bool meets(const Validity& other) const {
    return (!to || other.from <= *to) && (!other.to || from <= *other.to);
  }
};

/// The rows of one thing, one after the other without gap or overlap. Each has a member `validity`.
/// Immutable, thread-safe.
template <class Row>
class Timeline {
 public:
  Timeline() = default;
  explicit Timeline(std::vector<Row> rows) : rows_(std::move(rows)) {}

  /// The row in force on `day`; nullptr before the first and after the last.
  const Row* on(std::chrono::sys_days day) const {
    for (const auto& row : rows_) {
      if (row.validity.holds(day)) return &row;
    }
    return nullptr;
  }
  void add(Row row) { rows_.push_back(std::move(row)); }
  const std::vector<Row>& rows() const { return rows_; }

 private:
  std::vector<Row> rows_;
};

}  // namespace rescue::catalog
