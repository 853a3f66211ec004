#pragma once

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "rescue/base/clock.hpp"
#include "rescue/evidence/safe_root.hpp"

namespace rescue::evidence {

/// A folder for one test, gone with the object. Paths begin with "/", as the investigated server sees them.
class TempTree {
 public:
  TempTree() : directory_((std::filesystem::temp_directory_path() / "rescue-tree-XXXXXX").string()) {
    if (::mkdtemp(directory_.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
  }
  TempTree(const TempTree&) = delete;
  TempTree& operator=(const TempTree&) = delete;
  ~TempTree() {
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }
  std::string real(const std::string& path) const { return directory_ + path; }
  void write(const std::string& path, const std::string& text) const {
    std::filesystem::create_directories(std::filesystem::path(real(path)).parent_path());
    std::ofstream(real(path), std::ios::binary) << text;
  }
  void link(const std::string& path, const std::string& target) const {
    std::filesystem::create_directories(std::filesystem::path(real(path)).parent_path());
    std::filesystem::create_symlink(target, real(path));
  }
  void set_time(const std::string& path, const std::string& rfc3339) const {
    timespec times[2] = {};
    times[0].tv_sec = times[1].tv_sec = to_us(parse_rfc3339(rfc3339).value()) / 1'000'000;
    ::utimensat(-100, real(path).c_str(), times, 0);
  }
  SafeRoot root(SafeRoot::Method method = SafeRoot::Method::kAutomatic) const {
    return std::move(SafeRoot::open(directory_, method)).value();
  }

 private:
  std::string directory_;
};

}  // namespace rescue::evidence
