#pragma once

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "rescue/evidence/safe_root.hpp"

/// A root in memory with one file, for readers that take their file themselves. Gone with the program.
class FuzzRoot {
 public:
  explicit FuzzRoot(const std::string& path) : file_(directory_ + path) {
    if (::mkdtemp(directory_.data()) == nullptr) std::abort();
    file_ = directory_ + path;
    std::filesystem::create_directories(std::filesystem::path(file_).parent_path());
  }
  FuzzRoot(const FuzzRoot&) = delete;
  FuzzRoot& operator=(const FuzzRoot&) = delete;
  ~FuzzRoot() {
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }
  void write(std::string_view text) const {
    std::ofstream(file_, std::ios::binary | std::ios::trunc) << text;
  }
  rescue::evidence::SafeRoot open() const {
    return std::move(rescue::evidence::SafeRoot::open(directory_)).value();
  }

 private:
  std::string directory_ = "/dev/shm/rescue-fuzz-XXXXXX";
  std::string file_;
};
