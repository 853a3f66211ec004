#include "rescue/evidence/file_bytes.hpp"

#include <algorithm>

namespace rescue::evidence {
namespace {

constexpr std::size_t kPiece = 256 * 1024;

}  // namespace

FileBytes::FileBytes(const SafeRoot& root) : root_(root), piece_(kPiece) {}

Status FileBytes::open(const std::string& path, SafeRoot::LastLink last) {
  file_.reset();
  have_ = 0;
  RESCUE_ASSIGN(file_, root_.open_file(path, last));
  return {};
}

Result<std::string_view> FileBytes::beginning(std::size_t most) {
  // No more room than the file needs, nor than it has grown to meanwhile.
  const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(most, info().size));
  if (kept_.size() < wanted) kept_.resize(wanted);
  if (have_ < wanted) {
    RESCUE_ASSIGN(const auto got, file_->read_at(have_, std::span(kept_).subspan(have_, wanted - have_)));
    have_ += got;
    bytes_read_ += got;
  }
  return std::string_view(kept_.data(), std::min(have_, wanted));
}

Result<bool> FileBytes::go_over(const std::function<bool(std::string_view piece)>& take) {
  if (have_ > 0 && !take({kept_.data(), have_})) return false;
  for (std::uint64_t at = have_;;) {
    RESCUE_ASSIGN(const auto got, file_->read_at(at, piece_));
    if (got == 0) return true;
    at += got;
    bytes_read_ += got;
    if (!take({piece_.data(), got})) return false;
    if (got < piece_.size()) return true;
  }
}

}  // namespace rescue::evidence
