#pragma once

#include <string>
#include <string_view>

#include "rescue/tether/digest.hpp"

namespace rescue::tether {

/// The program as it comes over the line: a file of the private folder, or of memory where the disk is full;
/// gone from the folder before it runs.
class ProgramFile {
 public:
  explicit ProgramFile(std::string folder) : folder_(std::move(folder)) {}
  ~ProgramFile();
  ProgramFile(const ProgramFile&) = delete;
  ProgramFile& operator=(const ProgramFile&) = delete;

  /// False: there is no room, neither on the disk nor in memory.
  bool write(std::string_view bytes);
  /// Whether it is what was sent. Ends the writing.
  bool seal(const std::string& sha256);
  /// Removes the folder with what we put into it.
  void clear_folder();
  /// To be run, after seal().
  int fd() const { return fd_; }

 private:
  bool open_file();
  bool move_to_memory();

  std::string folder_;
  int fd_ = -1;
  bool in_memory_ = false;
  Digest digest_;
};

}  // namespace rescue::tether
