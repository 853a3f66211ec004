#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace rescue {

/// The letters A to Z as a to z; every other byte stays as it is, whatever the locale.
inline std::string lower_ascii(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; });
  return out;
}

}  // namespace rescue
