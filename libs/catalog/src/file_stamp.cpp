#include "rescue/catalog/file_stamp.hpp"

#include <sys/stat.h>

namespace rescue::catalog {
namespace {

std::int64_t ns(const timespec& time) {
  return time.tv_sec * 1'000'000'000 + time.tv_nsec;
}

}  // namespace

FileStamp stamp_of(const std::string& path) {
  struct stat found = {};
  if (stat(path.c_str(), &found) != 0) return {};
  return {static_cast<std::int64_t>(found.st_dev), static_cast<std::int64_t>(found.st_ino), found.st_size,
          ns(found.st_mtim), ns(found.st_ctim)};
}

}  // namespace rescue::catalog
