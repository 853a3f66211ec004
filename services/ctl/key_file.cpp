#include "key_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <functional>

#include "rescue/base/json.hpp"

namespace rescue::ctl {
namespace {

using Entries = std::vector<http::ApiKeys::Entry>;

class File {
 public:
  File(const std::string& path, int flags, mode_t mode)
      : fd_(::open(path.c_str(), flags | O_CLOEXEC, mode)) {}
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int fd() const { return fd_; }

 private:
  int fd_;
};

tl::unexpected<Error> system_error(const std::string& what) {
  return fail(ErrorCode::kInternal, "bad-key-file", what + ": " + std::strerror(errno));
}

std::string encode(const Entries& entries) {
  Json keys = Json::array();
  for (const auto& entry : entries) {
    keys.push_back({{"id", entry.id},
                    {"role", entry.role},
                    {"name", entry.name},
                    {"sha256", entry.sha256},
                    {"disabled", entry.disabled}});
  }
  return Json{{"keys", std::move(keys)}}.dump(2) + "\n";
}

Status write_all(int fd, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const auto written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return system_error("cannot write " + path);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

/// Keeps the owner and mode that the operators gave the file.
Status replace_file(const std::string& path, std::string_view bytes) {
  struct stat old {};
  const bool existed = ::stat(path.c_str(), &old) == 0;
  const std::string fresh = path + ".new";
  {
    const File file(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0600);
    if (file.fd() < 0) return system_error("cannot create " + fresh);
    if (::fchmod(file.fd(), existed ? old.st_mode & 07777U : 0640U) != 0)
      return system_error("cannot chmod " + fresh);
    if (existed && (old.st_uid != ::geteuid() || old.st_gid != ::getegid()) &&
        ::fchown(file.fd(), old.st_uid, old.st_gid) != 0) {
      return system_error("cannot keep the owner of " + path);
    }
    RESCUE_TRY(write_all(file.fd(), bytes, fresh));
    if (::fsync(file.fd()) != 0) return system_error("cannot write " + fresh);
  }
  if (::rename(fresh.c_str(), path.c_str()) != 0) return system_error("cannot replace " + path);
  const auto parent = std::filesystem::path(path).parent_path();
  const File directory(parent.empty() ? "." : parent.string(), O_RDONLY | O_DIRECTORY, 0);
  if (directory.fd() >= 0) ::fsync(directory.fd());
  return {};
}

Status change(const std::string& path, bool may_create, const std::function<Status(Entries&)>& edit) {
  const File lock(path + ".lock", O_RDWR | O_CREAT, 0600);
  if (lock.fd() < 0 || ::flock(lock.fd(), LOCK_EX) != 0) return system_error("cannot lock " + path + ".lock");
  Entries entries;
  if (std::filesystem::exists(path) || !may_create) {
    RESCUE_ASSIGN(const auto keys, http::ApiKeys::load(path));
    entries = keys.entries();
  }
  RESCUE_TRY(edit(entries));
  const auto text = encode(entries);
  RESCUE_TRY(http::ApiKeys::parse(text));  // what no service could load is never written
  return replace_file(path, text);
}

}  // namespace

Status add_key(const std::string& path, const http::ApiKeys::Entry& entry) {
  return change(path, true, [&](Entries& entries) -> Status {
    for (const auto& other : entries) {
      if (other.id == entry.id) {
        return fail(ErrorCode::kInvalid, "bad-key-file", path + " has a key " + entry.id + " already");
      }
    }
    entries.push_back(entry);
    return {};
  });
}

Status disable_key(const std::string& path, const std::string& id) {
  return change(path, false, [&](Entries& entries) -> Status {
    for (auto& entry : entries) {
      if (entry.id != id) continue;
      entry.disabled = true;
      return {};
    }
    return fail(ErrorCode::kNotFound, "bad-key-file", path + " has no key " + id);
  });
}

}  // namespace rescue::ctl
