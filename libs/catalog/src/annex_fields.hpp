#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "rescue/base/json.hpp"
#include "rescue/catalog/annexes.hpp"
#include "rescue/catalog/local_text.hpp"
#include "rescue/catalog/timeline.hpp"

namespace rescue::catalog {

// What the readers of the annexes share. Faults carry the place in `pointer`.

/// {ja, en}, both there.
Result<LocalText> read_text(JsonReader in);
/// A day that exists; a fault otherwise.
std::chrono::sys_days read_day(JsonReader& in, std::string_view key);
/// valid_from and, unless the row has no end, valid_to.
Validity read_validity(JsonReader& in);
/// Calls `read` for each entry of the list `key` (1 to 10,000) with its place, which begins with `pointer`.
Status each_entry(const Json* list, const std::string& pointer,
                  const std::function<Status(const Json&, const std::string&)>& read);

/// Holds the rows of each thing to one after the other, without gap or overlap.
class TimelineCheck {
 public:
  Status add(const std::string& thing, const Validity& validity, const std::string& pointer);

 private:
  std::map<std::string, Validity, std::less<>> last_;
};

tl::unexpected<Error> twice(std::string_view what, const std::string& pointer);
tl::unexpected<Error> missing(std::string_view what, const std::string& pointer);

/// `row` as a version of `annex`.
AnnexVersion version_of(std::string_view annex, std::string version, Json row);

}  // namespace rescue::catalog
