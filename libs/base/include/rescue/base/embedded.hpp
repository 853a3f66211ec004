#pragma once

#include <span>
#include <string_view>

namespace rescue {

/// A file compiled into the program by `rescue_embed()`: its name as declared and its bytes (static
/// lifetime).
struct EmbeddedFile {
  std::string_view name;
  std::string_view bytes;
};

}  // namespace rescue
