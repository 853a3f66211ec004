#include "rescue/sigma/record.hpp"

#include <algorithm>

#include "glob.hpp"

namespace rescue::sigma {

std::string_view Record::Field::small() const {
  if (!small_) small_ = lower(value);
  return *small_;
}

void Record::clear() {
  fields_.clear();
  lines_.clear();
  kept_.clear();
}

std::string_view Record::value(std::string_view field) const {
  const auto at =
      std::find_if(fields_.begin(), fields_.end(), [&](const Field& f) { return f.name == field; });
  return at == fields_.end() ? std::string_view() : at->value;
}

bool Record::has(std::string_view field) const {
  return std::any_of(fields_.begin(), fields_.end(), [&](const Field& f) { return f.name == field; });
}

}  // namespace rescue::sigma
