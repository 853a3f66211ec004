#include "backup/manifest.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>

#include "backup/product.hpp"
#include "rescue/base/sha256.hpp"

namespace rescue::ctl {
namespace {

constexpr std::int64_t kMost = INT64_MAX;
constexpr std::uintmax_t kManifestBytesMax = 1024 * 1024;

tl::unexpected<Error> bad(const std::string& why) {
  return fail(ErrorCode::kCorrupt, "bad-backup", std::string(Manifest::kFileName) + ": " + why);
}

Json service_json(const ServiceCopy& copy) {
  return {{"backend", copy.backend},
          {"file", copy.file},
          {"bytes", copy.digest.bytes},
          {"sha256", copy.digest.sha256},
          {"migrations", copy.contents.migrations},
          {"audit_rows", copy.contents.audit_rows},
          {"audit_head", copy.contents.audit_head},
          {"outbox_rows", copy.contents.outbox_rows}};
}

std::string read_hash(JsonReader& in, std::string_view key) {
  auto hash = in.text(key);
  if (!is_sha256_hex(hash)) in.fault(key, "bad-hash", "must be 64 lower-case hexadecimal digits");
  return hash;
}

void read_migrations(JsonReader& in, store::Contents& contents) {
  const Json* numbers = in.raw("migrations");
  if (numbers == nullptr || !numbers->is_object()) {
    in.fault("migrations", "wrong-type", "must be an object");
    return;
  }
  for (const auto& item : numbers->items()) {
    if (!item.value().is_number_integer())
      in.fault("migrations", "wrong-type", "must be whole numbers");
    else
      contents.migrations.emplace(item.key(), item.value().get<std::int64_t>());
  }
}

Result<ServiceCopy> service_from(JsonReader in, const std::string& service) {
  ServiceCopy copy;
  copy.backend = in.one_of("backend", {"sqlite", "postgresql"});
  copy.file = in.text("file");
  copy.digest.bytes = static_cast<std::uint64_t>(in.integer("bytes", 0, kMost));
  copy.digest.sha256 = read_hash(in, "sha256");
  read_migrations(in, copy.contents);
  copy.contents.audit_rows = in.integer("audit_rows", 0, kMost);
  copy.contents.audit_head = read_hash(in, "audit_head");
  copy.contents.outbox_rows = in.integer("outbox_rows", 0, kMost);
  // A name of its own choice could lead out of the backup.
  if (copy.file != copy_name(service, copy.backend)) {
    in.fault("file", "not-allowed-value", "must be " + copy_name(service, copy.backend));
  }
  RESCUE_TRY(in.done());
  return copy;
}

Result<EvidenceCopy> evidence_from(JsonReader in) {
  EvidenceCopy evidence;
  evidence.files = in.integer("files", 0, kMost);
  evidence.bytes = in.integer("bytes", 0, kMost);
  evidence.names_sha256 = read_hash(in, "names_sha256");
  RESCUE_TRY(in.done());
  return evidence;
}

Result<Manifest> read_fields(const Json& document) {
  JsonReader in(document);
  Manifest manifest;
  const auto format = in.integer("format", 1, kMost);
  if (format > Manifest::kFormat) {
    return fail(ErrorCode::kCorrupt, "bad-backup",
                "it has format " + std::to_string(format) + ", this program knows " +
                    std::to_string(Manifest::kFormat) + ": it was made by a newer program");
  }
  manifest.cut_at = in.optional_time("cut_at").value_or(Timestamp());
  manifest.held_us = in.integer("held_us", 0, kMost);
  JsonReader services = in.object("services");
  for (const auto& name : service_names()) {
    JsonReader service = services.object(name);
    RESCUE_TRY(service_from(service, name).map([&](ServiceCopy copy) {
      manifest.services.emplace(name, std::move(copy));
    }));
  }
  RESCUE_TRY(services.done());
  RESCUE_ASSIGN(manifest.evidence, evidence_from(in.object("evidence")));
  RESCUE_TRY(in.done());
  return manifest;
}

}  // namespace

std::string copy_name(const std::string& service, const std::string& backend) {
  return service + (backend == "sqlite" ? ".sqlite" : ".pgdump");
}

Json to_json(const Manifest& manifest) {
  Json services = Json::object();
  for (const auto& [name, copy] : manifest.services) services[name] = service_json(copy);
  return {{"format", Manifest::kFormat},
          {"cut_at", format_rfc3339(manifest.cut_at)},
          {"held_us", manifest.held_us},
          {"services", std::move(services)},
          {"evidence",
           {{"files", manifest.evidence.files},
            {"bytes", manifest.evidence.bytes},
            {"names_sha256", manifest.evidence.names_sha256}}}};
}

Result<Manifest> manifest_from(const std::string& text) {
  const auto document = parse_json(text);
  if (!document) return bad(document.error().detail);
  auto manifest = document->is_object() ? read_fields(*document) : bad("is no object");
  if (!manifest) return bad(manifest.error().detail + " " + manifest.error().pointer);
  return manifest;
}

Result<ReadManifest> read_manifest(const std::string& directory) {
  const std::string path = directory + "/" + Manifest::kFileName;
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  std::ifstream file(path, std::ios::binary);
  if (error || !file) return bad("cannot be read: " + directory + " is no backup, or one that did not end");
  if (size > kManifestBytesMax) return bad("is over 1 MiB");
  std::stringstream text;
  text << file.rdbuf();
  RESCUE_ASSIGN(auto manifest, manifest_from(text.str()));
  return ReadManifest{std::move(manifest), sha256_hex(text.str())};
}

}  // namespace rescue::ctl
