#include "evidence_store.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "regular_file.hpp"
#include "rescue/base/failpoint.hpp"
#include "rescue/base/id.hpp"
#include "rescue/base/sha256.hpp"

namespace rescue::worker {
namespace {

namespace fs = std::filesystem;

constexpr const char* kScratchFolder = "tmp";
// Only a guard against a file that grew by damage: what is put in is bounded by its maker.
constexpr std::uint64_t kFileBytesMax = 2ULL << 30U;
constexpr std::size_t kTrialBytesMax = 1U << 20U;

tl::unexpected<Error> unavailable(const std::string& operation, const std::string& path, int error) {
  return fail(ErrorCode::kUnavailable, "evidence-store-unavailable", system_text(operation, path, error));
}

Status make_folder(const std::string& path) {
  if (::mkdir(path.c_str(), 0700) == 0 || errno == EEXIST) return {};
  return unavailable("mkdir", path, errno);
}

/// The folder's entries are durable when it returns.
Status sync_folder(const std::string& path) {
  const UniqueFd folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder || ::fsync(folder.get()) != 0) return unavailable("fsync", path, errno);
  return {};
}

Status write_all(int fd, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return unavailable("write", path, errno);
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return {};
}

/// Bytes of all regular files below `dir` but the scratch folder.
std::uint64_t bytes_below(const std::string& dir) {
  std::uint64_t total = 0;
  std::error_code ignored;
  for (auto at = fs::recursive_directory_iterator(dir, ignored); at != fs::recursive_directory_iterator();
       at.increment(ignored)) {
    if (at->is_regular_file(ignored)) total += at->file_size(ignored);
  }
  return total;
}

}  // namespace

Result<std::unique_ptr<EvidenceStore>> EvidenceStore::open(std::string dir, const std::string& worker) {
  std::error_code error;
  fs::create_directories(dir, error);
  if (error) return unavailable("create", dir, error.value());
  const std::string common = dir + "/" + kScratchFolder;
  const std::string scratch = worker.empty() ? common : common + "/" + worker;
  fs::remove_all(scratch, error);
  RESCUE_TRY(make_folder(common));
  RESCUE_TRY(make_folder(scratch));
  RESCUE_TRY(sync_folder(dir));
  std::unique_ptr<EvidenceStore> store(new EvidenceStore(std::move(dir), scratch));
  store->total_bytes_ = bytes_below(store->dir_);
  return store;
}

std::string EvidenceStore::path_of(std::string_view sha256) const {
  const std::string name(sha256);
  return dir_ + "/" + name.substr(0, 2) + "/" + name.substr(2, 2) + "/" + name;
}

Result<std::string> EvidenceStore::put(std::string_view bytes) {
  const std::string sha256 = sha256_hex(bytes);
  // What is there but damaged is replaced: the content at hand is known to be right.
  const std::string path = path_of(sha256);
  if (get(sha256)) {
    // Whoever wrote it may have died, or be still at it, before its name was durable.
    RESCUE_TRY(sync_folders(path));
    return sha256;
  }
  if (failpoint("evidence.put.before")) return unavailable("write", path, EIO);
  const Status written = write_new(path, bytes);
  room_wanted_ = written ? 0 : bytes.size();
  if (!written) return fail(written.error());
  if (failpoint("evidence.put.after")) return unavailable("write", path, EIO);
  total_bytes_ += bytes.size();
  return sha256;
}

Status EvidenceStore::write_new(const std::string& path, std::string_view bytes) {
  const std::string inner = fs::path(path).parent_path();
  const std::string outer = fs::path(inner).parent_path();
  RESCUE_TRY(make_folder(outer));
  RESCUE_TRY(make_folder(inner));
  const std::string unfinished = scratch_ + "/" + random_hex(16);
  UniqueFd file(::open(unfinished.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0400));
  if (!file) return unavailable("create", unfinished, errno);
  Status written = write_all(file.get(), bytes, unfinished);
  if (written && ::fsync(file.get()) != 0) written = unavailable("fsync", unfinished, errno);
  if (written && ::rename(unfinished.c_str(), path.c_str()) != 0)
    written = unavailable("rename", path, errno);
  if (!written) {
    ::unlink(unfinished.c_str());
    return written;
  }
  return sync_folders(path);
}

Status EvidenceStore::sync_folders(const std::string& path) const {
  const auto inner = fs::path(path).parent_path();
  RESCUE_TRY(sync_folder(inner));
  RESCUE_TRY(sync_folder(inner.parent_path()));
  return sync_folder(dir_);
}

Result<std::string> EvidenceStore::get(std::string_view sha256) const {
  if (!is_sha256_hex(sha256)) {
    return fail(ErrorCode::kNotFound, "evidence-not-found", "evidence is named by 64 lower-case hex digits");
  }
  auto bytes = read_regular_file(path_of(sha256), kFileBytesMax);
  if (!bytes && bytes.error().code == ErrorCode::kNotFound) {
    return fail(ErrorCode::kNotFound, "evidence-not-found", "there is no evidence with this hash");
  }
  if (!bytes && bytes.error().code == ErrorCode::kUnavailable) {
    return fail(ErrorCode::kUnavailable, "evidence-store-unavailable", bytes.error().detail);
  }
  if (!bytes || sha256_hex(*bytes) != sha256) {
    return fail(ErrorCode::kCorrupt, "evidence-corrupt",
                "the stored evidence is no longer what its hash says: " + std::string(sha256));
  }
  return bytes;
}

std::optional<std::string> EvidenceStore::trouble() const {
  if (::access(scratch_.c_str(), W_OK | X_OK) != 0) {
    return system_text("evidence.dir: cannot write into", scratch_, errno);
  }
  if (room_wanted_ == 0) return std::nullopt;
  const Status written = check_room(room_wanted_);
  if (!written) return "evidence.dir: " + written.error().detail;
  room_wanted_ = 0;
  return std::nullopt;
}

Status EvidenceStore::check_room(std::size_t bytes) const {
  const std::string path = scratch_ + "/" + random_hex(16);
  const UniqueFd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0400));
  Status written;
  if (!file) written = unavailable("create", path, errno);
  if (written) written = write_all(file.get(), std::string(std::min(bytes, kTrialBytesMax), '\0'), path);
  if (written && ::fsync(file.get()) != 0) written = unavailable("fsync", path, errno);
  ::unlink(path.c_str());
  if (!written) room_wanted_ = std::max<std::size_t>(bytes, 1);
  return written;
}

Result<EvidenceStore::Scratch> EvidenceStore::make_scratch() const {
  const std::string dir = scratch_ + "/" + random_hex(16);
  if (::mkdir(dir.c_str(), 0700) != 0) return unavailable("mkdir", dir, errno);
  return Scratch(dir);
}

EvidenceStore::Scratch::~Scratch() {
  if (dir_.empty()) return;
  std::error_code ignored;
  fs::remove_all(dir_, ignored);
}

}  // namespace rescue::worker
