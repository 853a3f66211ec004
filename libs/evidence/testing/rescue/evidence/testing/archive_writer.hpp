#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rescue::evidence::testing {

struct ZipPart {
  std::string name, content;
  bool deflated = true, encrypted = false;
};
std::string zip_of(const std::vector<ZipPart>& parts);

/// Header and content; `type` as POSIX has it.
std::string tar_member(const std::string& name, std::string_view content, char type = '0');
/// What ends an archive.
inline std::string tar_end() {
  return std::string(1024, '\0');
}
std::string gzip_of(std::string_view text);

}  // namespace rescue::evidence::testing
