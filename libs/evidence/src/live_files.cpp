#include "live_files.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <memory>

#include "rescue/base/sha256.hpp"

namespace rescue::evidence {
namespace {

constexpr std::size_t kPieceBytes = 1 << 16;

std::string below_root(const std::string& path) {
  return path.size() > 1 ? path.substr(1) : ".";
}

}  // namespace

LiveFiles::LiveFiles(const LiveTaking& how, UniqueFd root)
    : how_(how), root_(std::move(root)), until_(std::chrono::steady_clock::now() + how.budget) {}

bool LiveFiles::may_touch(const std::string& path) {
  if (how_.skip.contains(path)) return false;
  if (how_.on_take) how_.on_take(path);
  return true;
}

UniqueFd LiveFiles::open(const std::string& path, int flags) {
  if (!may_touch(path)) return {};
  UniqueFd fd(::openat(root_.get(), below_root(path).c_str(), flags | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!fd && (errno == EACCES || errno == EPERM)) refused_ = true;
  return fd;
}

std::optional<LiveFiles::Text> LiveFiles::read(const std::string& path, std::size_t bytes_max) {
  const auto fd = open(path, O_RDONLY | O_NOFOLLOW);
  struct stat about {};
  if (!fd || ::fstat(fd.get(), &about) != 0 || !S_ISREG(about.st_mode)) return std::nullopt;
  Text out;
  std::array<char, kPieceBytes> piece;
  while (out.bytes.size() <= bytes_max) {
    const auto got = ::read(fd.get(), piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      refused_ = refused_ || errno == EACCES || errno == EPERM;
      if (out.bytes.empty()) return std::nullopt;
      out.cut = true;
      break;
    }
    if (got == 0) break;
    out.bytes.append(piece.data(), static_cast<std::size_t>(got));
  }
  if (out.bytes.size() > bytes_max) {
    out.bytes.resize(bytes_max);
    out.cut = true;
  }
  return out;
}

std::optional<std::string> LiveFiles::link(const std::string& path) {
  if (!may_touch(path)) return std::nullopt;
  std::array<char, 4096> target;
  const auto size = ::readlinkat(root_.get(), below_root(path).c_str(), target.data(), target.size());
  if (size < 0) {
    refused_ = refused_ || errno == EACCES || errno == EPERM;
    return std::nullopt;
  }
  return std::string(target.data(), static_cast<std::size_t>(size));
}

std::vector<std::string> LiveFiles::names(const std::string& path, std::size_t names_max) {
  std::vector<std::string> out;
  auto fd = open(path, O_RDONLY | O_DIRECTORY);
  if (!fd) return out;
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(::fdopendir(fd.get()), ::closedir);
  if (folder == nullptr) return out;
  static_cast<void>(fd.release());  // the folder's now
  while (const auto* entry = ::readdir(folder.get())) {
    const std::string_view name(entry->d_name);
    if (name == "." || name == "..") continue;
    if (out.size() >= names_max) break;
    out.emplace_back(name);
  }
  return out;
}

std::vector<std::int32_t> LiveFiles::numbers(const std::string& path, std::size_t numbers_max) {
  std::vector<std::int32_t> out;
  for (const auto& name : names(path, numbers_max)) {
    std::int32_t number = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
    if (error == std::errc() && end == name.data() + name.size() && number >= 0) out.push_back(number);
  }
  return out;
}

bool LiveFiles::exists(const std::string& path) {
  struct stat about {};
  return may_touch(path) &&
         ::fstatat(root_.get(), below_root(path).c_str(), &about, AT_SYMLINK_NOFOLLOW) == 0;
}

std::string LiveFiles::identity(const std::string& path) {
  struct stat about {};
  if (!may_touch(path) || ::fstatat(root_.get(), below_root(path).c_str(), &about, 0) != 0) return "";
  return std::to_string(about.st_dev) + ":" + std::to_string(about.st_ino);
}

std::string LiveFiles::hash(const std::string& path) {
  constexpr off_t kMostBytes = 64 << 20;
  const auto fd = open(path, O_RDONLY);  // the link of /proc leads to the file itself, gone or not
  struct stat about {};
  if (!fd || ::fstat(fd.get(), &about) != 0 || !S_ISREG(about.st_mode) || about.st_size > kMostBytes)
    return "";
  Sha256 hash;
  std::string piece(kPieceBytes, '\0');
  for (off_t done = 0; done < kMostBytes;) {
    const auto got = ::read(fd.get(), piece.data(), piece.size());
    if (got < 0) return "";
    if (got == 0) break;
    done += got;
    hash.update(std::string_view(piece).substr(0, static_cast<std::size_t>(got)));
  }
  return hash.hex();
}

}  // namespace rescue::evidence
