#include "annex_versions.hpp"

namespace rescue::pricing {
namespace {

Status keep(store::Tx& tx, const catalog::AnnexVersion& version, Timestamp now) {
  RESCUE_ASSIGN(const auto known, tx.find("SELECT sha256 FROM annex_versions WHERE annex = ? AND version = ?",
                                          {version.annex, version.version}));
  if (known && known->text(0) != version.sha256) {
    return fail(
        ErrorCode::kInvalid, "annex-unreadable",
        "\"" + version.version +
            "\" was in force with another content: a version never changes, what changed is a new one");
  }
  if (known) return {};
  RESCUE_TRY(
      tx.execute("INSERT INTO annex_versions (annex, version, sha256, content, seen_us) VALUES (?,?,?,?,?)",
                 {version.annex, version.version, version.sha256, version.content, to_us(now)}));
  return {};
}

}  // namespace

Status keep_annex_versions(store::Database& database, const std::vector<catalog::AnnexVersion>& versions,
                           Timestamp now) {
  if (versions.empty()) return {};
  return database.write([&](store::Tx& tx) -> Status {
    for (const auto& version : versions) RESCUE_TRY(keep(tx, version, now));
    return {};
  });
}

}  // namespace rescue::pricing
