#include <cstdlib>

#include "fuzz_input.hpp"
#include "web_archives.hpp"

using namespace rescue;  // NOLINT(google-build-using-namespace): a program of one function

/// As a zip and as a tar, packed or not.
void fuzz_one(std::string_view input) {
  constexpr detect::ArchiveBounds kBounds{
      .members = 1'000, .member_bytes = 1 << 20, .unpacked_bytes = 32 << 20};
  const auto bytes = std::make_shared<const std::string>(input);
  const evidence::OpenFile file(bytes, {.kind = evidence::FileKind::kRegular, .size = bytes->size()});
  std::size_t members = 0;
  const auto take = [&](const std::string& name, std::string_view content, bool) {
    ++members;
    if (content.size() > kBounds.member_bytes || name.size() > 1024) std::abort();
  };
  for (const auto* path : {"/a.zip", "/a.tar"}) {
    members = 0;
    (void)detect::go_through_archive(
        path, file, [] { return false; }, take, kBounds);
    if (members > kBounds.members) std::abort();
  }
}
