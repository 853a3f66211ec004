#include "backup/backup.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "backup/evidence_files.hpp"
#include "rescue/base/sha256.hpp"
#include "rescue/store/durable_file.hpp"

namespace rescue::ctl {
namespace {

namespace fs = std::filesystem;

std::string evidence_in(const std::string& directory) {
  return directory + "/evidence";
}

/// The directory of a backup that is being made; what is in it goes again unless it is kept.
class Unfinished {
 public:
  static Result<Unfinished> begin(const std::string& directory) {
    std::error_code error;
    const bool existed = fs::exists(directory, error);
    if (existed && (!fs::is_directory(directory, error) || !fs::is_empty(directory, error))) {
      return fail(ErrorCode::kConflict, "backup-failed",
                  directory + " is there already: name a new or an empty directory");
    }
    if (!existed) RESCUE_TRY(store::make_directories(directory));
    if (::chmod(directory.c_str(), 0700) != 0) {
      return fail(ErrorCode::kUnavailable, "backup-failed", directory + ": " + std::strerror(errno));
    }
    return Unfinished(directory, existed);
  }
  ~Unfinished() {
    if (directory_.empty()) return;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(directory_, ignored)) fs::remove_all(entry, ignored);
    if (!existed_) fs::remove(directory_, ignored);
  }
  Unfinished(Unfinished&& other) noexcept
      : directory_(std::exchange(other.directory_, "")), existed_(other.existed_) {}
  Unfinished& operator=(Unfinished&&) = delete;
  void keep() { directory_.clear(); }

 private:
  Unfinished(std::string directory, bool existed) : directory_(std::move(directory)), existed_(existed) {}
  std::string directory_;
  bool existed_;
};

using Sources = std::vector<std::unique_ptr<store::BackupSource>>;

Result<Sources> open_sources(const Product& product) {
  Sources sources;
  for (const auto& place : product.services) {
    auto source = store::BackupSource::open(place.database_url);
    if (!source) {
      Error error = source.error();
      error.detail = place.service + ": " + error.detail;
      return fail(std::move(error));
    }
    sources.push_back(*std::move(source));
  }
  return sources;
}

Result<store::Cut> cut_all(const Sources& sources, const Clock& clock) {
  std::vector<store::BackupSource*> all;
  for (const auto& source : sources) all.push_back(source.get());
  return store::cut(all, clock);
}

Result<ServiceCopy> copy_service(const ServicePlace& place, store::BackupSource& source,
                                 const std::string& directory) {
  ServiceCopy copy;
  RESCUE_ASSIGN(copy.backend, store::backend_of(place.database_url));
  copy.file = copy_name(place.service, copy.backend);
  const std::string path = directory + "/" + copy.file;
  RESCUE_ASSIGN(copy.contents, source.contents());
  RESCUE_TRY(source.copy_to(path));
  RESCUE_ASSIGN(copy.digest, store::digest_file(path));
  RESCUE_TRY(store::verify_copy(copy.backend, path, copy.contents));
  return copy;
}

/// The names of what was copied become durable before the one that makes it a backup.
Status write_manifest(const std::string& directory, const std::string& text) {
  RESCUE_TRY(store::sync_directory(directory));
  RESCUE_TRY(store::write_file(directory + "/" + Manifest::kFileName, text, 0600));
  return store::sync_directory(directory);
}

Status verify_service(const std::string& directory, const std::string& service, const ServiceCopy& copy) {
  const std::string path = directory + "/" + copy.file;
  const auto digest = store::digest_file(path);
  if (!digest) return fail(ErrorCode::kCorrupt, "bad-backup", digest.error().detail);
  if (*digest != copy.digest) {
    return fail(
        ErrorCode::kCorrupt, "bad-backup",
        "the copy of " + service + " was changed: " + path + " has another SHA-256 than the manifest says");
  }
  return store::verify_copy(copy.backend, path, copy.contents);
}

}  // namespace

Result<ReadManifest> back_up(const Product& product, const std::string& directory, const Clock& clock) {
  RESCUE_ASSIGN(Sources sources, open_sources(product));
  RESCUE_ASSIGN(Unfinished unfinished, Unfinished::begin(directory));
  RESCUE_ASSIGN(const auto cut, cut_all(sources, clock));
  ReadManifest made;
  made.manifest.cut_at = cut.at;
  made.manifest.held_us = cut.held.count();
  for (std::size_t i = 0; i < sources.size(); ++i) {
    const auto& place = product.services[i];
    RESCUE_ASSIGN(auto copy, copy_service(place, *sources[i], directory));
    made.manifest.services.emplace(place.service, std::move(copy));
    // A snapshot keeps the service from tidying its log.
    sources[i].reset();
  }
  // After the cut: evidence only ever comes to what the databases know.
  RESCUE_ASSIGN(made.manifest.evidence,
                copy_evidence(product.evidence_dir, evidence_in(directory), Bring::kIntoBackup));
  const std::string text = to_json(made.manifest).dump(2) + "\n";
  made.sha256 = sha256_hex(text);
  RESCUE_TRY(write_manifest(directory, text));
  unfinished.keep();
  return made;
}

Result<ReadManifest> check_backup(const std::string& directory) {
  RESCUE_ASSIGN(auto read, read_manifest(directory));
  for (const auto& [service, copy] : read.manifest.services) {
    RESCUE_TRY(verify_service(directory, service, copy));
  }
  RESCUE_ASSIGN(const auto evidence, verify_evidence(evidence_in(directory)));
  if (evidence != read.manifest.evidence) {
    return fail(ErrorCode::kCorrupt, "bad-backup",
                "there are " + std::to_string(evidence.files) + " files of evidence, the manifest says " +
                    std::to_string(read.manifest.evidence.files) + " (or others)");
  }
  return read;
}

}  // namespace rescue::ctl
