#pragma once

#include <set>
#include <string>

#include "rescue/evidence/file_bytes.hpp"

namespace rescue::evidence {

/// Somebody who looks into files while a disk is gone over, so that a file is opened and read once for all.
class FileReader {
 public:
  virtual ~FileReader() = default;
  /// Folders that are gone over also where a link is the way to them, their files under these names.
  virtual std::set<std::string> folders() const { return {}; }
  /// How much of a file's beginning it asks for at most.
  virtual std::size_t beginning_bytes() const = 0;
  /// Asked once for every regular file, by one thread.
  virtual bool wants(const std::string& path, const FileInfo& info) = 0;
  /// Several threads call it at once, each with its own number, from 0.
  virtual void look(unsigned thread, const std::string& path, FileBytes& bytes) = 0;
  /// In its place, where the file could not be opened.
  virtual void miss(unsigned thread, const std::string& path, const Error& error) = 0;
};

}  // namespace rescue::evidence
