#include <pwd.h>
#include <unistd.h>

#include <cstdlib>

#include "backup/backup.hpp"
#include "backup/restore.hpp"
#include "commands/commands.hpp"
#include "output/plain_text.hpp"

namespace rescue::ctl {
namespace {

Json backup_json(const ReadManifest& backup) {
  return {{"manifest", to_json(backup.manifest)}, {"manifest_sha256", backup.sha256}};
}

std::string milliseconds(std::int64_t us) {
  return std::to_string((us + 999) / 1'000) + " ms";
}

std::string backup_text(const Json& backup) {
  const auto& manifest = backup["manifest"];
  std::vector<std::vector<std::string>> rows;
  for (const auto& item : manifest["services"].items()) {
    const auto& copy = item.value();
    rows.push_back({item.key(), field(copy, "file"), field(copy, "bytes"), field(copy, "audit_rows"),
                    field(copy, "outbox_rows")});
  }
  return facts({{"Moment", field(manifest, "cut_at")},
                {"Writers held", milliseconds(manifest["held_us"].get<std::int64_t>())},
                {"Evidence", field(manifest["evidence"], "files") + " files, " +
                                 field(manifest["evidence"], "bytes") + " bytes"},
                {"Manifest", field(backup, "manifest_sha256")}}) +
         table({"SERVICE", "FILE", "BYTES", "AUDIT ROWS", "OUTBOX"}, rows);
}

/// Who runs this program, as the audit trail names actors: "os:root", "os:root sudo:alice".
std::string user_of_this_process() {
  const auto* entry = ::getpwuid(::geteuid());
  std::string who = "os:" + (entry != nullptr ? std::string(entry->pw_name) : std::to_string(::geteuid()));
  if (const char* behind = std::getenv("SUDO_USER")) who += std::string(" sudo:") + behind;
  return who;
}

}  // namespace

Status make_backup(Session& session, const Arguments& given) {
  RESCUE_ASSIGN(const auto product, read_product(given));
  RESCUE_ASSIGN(const auto made, back_up(product, given.option("--to"), SystemClock()));
  return session.show(backup_json(made), backup_text);
}

Status verify_backup(Session& session, const Arguments& given) {
  RESCUE_ASSIGN(const auto backup, check_backup(given.words.at(0)));
  return session.show(backup_json(backup),
                      [](const Json& whole) { return "The backup is whole.\n" + backup_text(whole); });
}

Status restore_backup(Session& session, const Arguments& given) {
  RESCUE_ASSIGN(const auto product, read_product(given));
  const RestoreOrder order{.directory = given.option("--from"),
                           .who = user_of_this_process(),
                           .reason = given.option("--reason"),
                           .replace = given.has("--replace")};
  if (order.reason.empty()) return fail(ErrorCode::kInvalid, "bad-request", "--reason must say why");
  RESCUE_ASSIGN(const auto restored, restore(product, order, SystemClock()));
  Json shown = backup_json(restored.backup);
  shown["aside"] = restored.aside;
  shown["messages_discarded"] = restored.discarded;
  return session.show(shown, [](const Json& done) {
    std::string text = "Restored; the services can be started.\n" + backup_text(done);
    for (const auto& item : done["aside"].items()) {
      text +=
          escaped("The former database of " + item.key() + " is now " + field(done["aside"], item.key())) +
          "\n";
    }
    return text + "Messages thrown away from Redis: " + field(done, "messages_discarded") + "\n";
  });
}

}  // namespace rescue::ctl
