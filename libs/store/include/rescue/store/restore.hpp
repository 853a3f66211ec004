#pragma once

#include <memory>
#include <string>

#include "rescue/store/database.hpp"

namespace rescue::store {

/// A service's database while a copy is put in its place. The steps come in the order of the methods; until
/// `announce` nothing is changed that a service sees, and a failure leaves what was there. One thread at a
/// time.
class RestoreTarget {
 public:
  /// `url` as for Database::open. kUnavailable ("database-in-use") while a service runs on it. PostgreSQL:
  /// one that starts before `announce` is met there, with the same error.
  static Result<std::unique_ptr<RestoreTarget>> open(const std::string& url);
  virtual ~RestoreTarget() = default;

  /// Is there a database that would be put aside?
  virtual Result<bool> occupied() = 0;
  /// Lays the copy beside the database, brings this library's tables up to date and runs `last` in a
  /// transaction there. What is prepared and not switched to goes with the object.
  virtual Status prepare(const std::string& copy, const Database::Work& last) = 0;
  /// From now on no service starts on this database until `finish`, whatever happens to this process
  /// ("restore-unfinished"); a later restore may.
  virtual Status announce() = 0;
  /// Takes `announce` back, where nothing changed place and no earlier restore is unfinished.
  virtual Status withdraw() = 0;
  /// Puts what is there aside and what was prepared in its place. Returns where the former is now; "" when
  /// there was none. `mark` makes its name.
  virtual Result<std::string> switch_over(const std::string& mark) = 0;
  virtual Status finish() = 0;
};

}  // namespace rescue::store
