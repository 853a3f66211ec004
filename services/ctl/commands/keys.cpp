#include "commands/commands.hpp"
#include "key_file.hpp"
#include "output/plain_text.hpp"
#include "rescue/http/api_keys.hpp"

namespace rescue::ctl {
namespace {

Json entry_json(const http::ApiKeys::Entry& entry) {
  return {{"id", entry.id},
          {"role", entry.role},
          {"name", entry.name},
          {"sha256", entry.sha256},
          {"disabled", entry.disabled}};
}

std::string list_text(const Json& list) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& key : list["keys"]) {
    rows.push_back({field(key, "id"), field(key, "role"), key["disabled"] == true ? "disabled" : "works",
                    field(key, "name")});
  }
  if (rows.empty()) return "No keys.\n";
  return table({"ID", "ROLE", "STATE", "NAME"}, rows);
}

}  // namespace

Status new_key(Session& session, const Arguments& given) {
  RESCUE_ASSIGN(const auto key,
                http::make_api_key(given.option("--id"), given.option("--role"), given.option("--name")));
  const auto path = given.option("--file");
  if (!path.empty()) RESCUE_TRY(add_key(path, key.entry));
  return session.show(Json{{"token", key.token}, {"entry", entry_json(key.entry)}}, [&](const Json& made) {
    const std::string rest = path.empty()
                                 ? "Entry for the key file:\n" + dump_json(made["entry"]) + "\n"
                                 : "Added to " + escaped(path) + "; restart the services to load it.\n";
    return "Token (shown once, store it safely):\n" + key.token + "\n" + rest;
  });
}

Status list_keys(Session& session, const Arguments& given) {
  RESCUE_ASSIGN(const auto keys, http::ApiKeys::load(given.option("--file")));
  Json list = Json::array();
  for (const auto& entry : keys.entries()) list.push_back(entry_json(entry));
  return session.show(Json{{"keys", std::move(list)}}, list_text);
}

Status disable_key(Session& session, const Arguments& given) {
  const auto id = given.option("--id");
  RESCUE_TRY(disable_key(given.option("--file"), id));
  return session.show(Json{{"id", id}, {"disabled", true}}, [&](const Json&) {
    return "Key " + escaped(id) + " is disabled; restart the services to load the file.\n";
  });
}

}  // namespace rescue::ctl
