#pragma once

#include <string>

#include "rescue/base/json.hpp"

namespace rescue::catalog {

/// A text that customers read.
struct LocalText {
  std::string ja;
  std::string en;
};

/// {ja, en}
Json to_json(const LocalText& text);

}  // namespace rescue::catalog
