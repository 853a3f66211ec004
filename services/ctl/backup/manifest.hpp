#pragma once

#include <map>
#include <string>

#include "rescue/base/clock.hpp"
#include "rescue/base/json.hpp"
#include "rescue/store/backup.hpp"
#include "rescue/store/durable_file.hpp"

namespace rescue::ctl {

/// The copy of one service's database.
struct ServiceCopy {
  std::string backend;  ///< "sqlite" or "postgresql"
  std::string file;     ///< its name in the backup
  store::FileDigest digest;
  store::Contents contents;
};

struct EvidenceCopy {
  std::int64_t files = 0;
  std::int64_t bytes = 0;
  std::string names_sha256;  ///< of the sorted names, a line each
  bool operator==(const EvidenceCopy&) const = default;
};

/// What a backup holds. It is written last: a directory without it is no backup.
struct Manifest {
  static constexpr std::int64_t kFormat = 1;
  static constexpr const char* kFileName = "manifest.json";

  Timestamp cut_at;
  std::int64_t held_us = 0;  ///< how long writers were held for the cut
  std::map<std::string, ServiceCopy> services;
  EvidenceCopy evidence;
};

Json to_json(const Manifest& manifest);
/// kCorrupt ("bad-backup"): unreadable, of a newer format, or a service is missing.
Result<Manifest> manifest_from(const std::string& text);

struct ReadManifest {
  Manifest manifest;
  std::string sha256;  ///< of the file: names this backup
};
/// Reads it from the backup in `directory`.
Result<ReadManifest> read_manifest(const std::string& directory);

/// The name of a service's copy.
std::string copy_name(const std::string& service, const std::string& backend);

}  // namespace rescue::ctl
