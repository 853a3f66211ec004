#pragma once

#include <cstdint>
#include <string>

#include "rescue/evidence/safe_root.hpp"

namespace rescue::evidence {

/// What was damaged in a file of pages: counted, and the first place told.
struct PageDamage {
  std::uint64_t places = 0;
  std::uint64_t first_offset = 0;
  std::string first_reason;

  void add(std::uint64_t offset, std::string reason) {
    if (places++ > 0) return;
    first_offset = offset;
    first_reason = std::move(reason);
  }
};

/// A file that was opened to be read page by page, from page 0 on.
class PagedFile {
 public:
  PagedFile(OpenFile file, std::size_t page_bytes) : file_(std::move(file)), page_bytes_(page_bytes) {}
  std::size_t page_bytes() const { return page_bytes_; }
  std::uint64_t pages() const { return file_.info().size / page_bytes_; }
  const FileInfo& info() const { return file_.info(); }
  /// False when it could not be read whole.
  bool read(std::uint64_t page, std::string& into) const {
    into.resize(page_bytes_);
    const auto got = file_.read_at(page * page_bytes_, into);
    return got && *got == page_bytes_;
  }

 private:
  OpenFile file_;
  std::size_t page_bytes_;
};

}  // namespace rescue::evidence
