#include <charconv>

#include "commands/commands.hpp"
#include "output/plain_text.hpp"
#include "sealing_files.hpp"

namespace rescue::ctl {
namespace {

constexpr int kDaysMax = 3'650;

SealingFiles files_of(const Arguments& given) {
  return {given.option("--keyring"), given.option("--public")};
}

Result<std::chrono::days> days(const Arguments& given, std::string_view name, std::chrono::days fallback,
                               int min) {
  if (!given.has(name)) return fallback;
  const auto text = given.option(name);
  int value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc() || end != text.data() + text.size() || value < min || value > kDaysMax) {
    return fail(
        ErrorCode::kInvalid, "out-of-range",
        std::string(name) + " is a number from " + std::to_string(min) + " to " + std::to_string(kDaysMax));
  }
  return std::chrono::days(value);
}

Status make(Session& session, const Arguments& given, bool first) {
  const SystemClock clock;
  NewSealingKey wish{.now = clock.now(), .first = first};
  RESCUE_ASSIGN(wish.in_force, days(given, "--days", wish.in_force, 1));
  RESCUE_ASSIGN(wish.grace, days(given, "--grace-days", wish.grace, 0));
  const auto files = files_of(given);
  RESCUE_ASSIGN(const auto made, add_sealing_key(files, wish));
  return session.show(seal::to_json(made), [&](const Json& key) {
    return "The sealing key " + field(key, "key_id") + " is in force until " + field(key, "accepted_until") +
           ".\nIts secret is in " + escaped(files.keyring) + ", for the workers alone; " +
           escaped(files.public_keys) + " is for intake. Both read them without a restart.\n";
  });
}

Json list_json(const SealingKeyset& keys) {
  const SystemClock clock;
  Json list = Json::array();
  for (const auto& pair : keys.keyring.keys()) {
    const auto* accepted = keys.public_keys.accepted(pair.public_key.id, clock.now());
    list.push_back({{"key_id", pair.public_key.id},
                    {"made_at", format_rfc3339(pair.made_at)},
                    {"accepted_until", accepted ? Json(format_rfc3339(accepted->accepted_until)) : Json()}});
  }
  return {{"keys", std::move(list)}};
}

std::string list_text(const Json& list) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& key : list["keys"]) {
    rows.push_back(
        {field(key, "key_id"), field(key, "made_at"),
         key["accepted_until"].is_null() ? "opened, taken no more" : field(key, "accepted_until")});
  }
  if (rows.empty()) return "No sealing keys.\n";
  return table({"KEY", "MADE", "TAKEN UNTIL"}, rows);
}

}  // namespace

Status new_sealing_key(Session& session, const Arguments& given) {
  return make(session, given, true);
}

Status rotate_sealing_key(Session& session, const Arguments& given) {
  return make(session, given, false);
}

Status list_sealing_keys(Session& session, const Arguments& given) {
  RESCUE_ASSIGN(const auto keys, read_sealing_keys(files_of(given)));
  return session.show(list_json(keys), list_text);
}

Status remove_sealing_key(Session& session, const Arguments& given) {
  const auto id = given.option("--id");
  const SystemClock clock;
  RESCUE_TRY(remove_sealing_key(files_of(given), id, clock.now()));
  return session.show(Json{{"key_id", id}, {"removed", true}}, [&](const Json&) {
    return "The key " + escaped(id) + " is gone: what was sealed to it can never be opened again.\n";
  });
}

}  // namespace rescue::ctl
