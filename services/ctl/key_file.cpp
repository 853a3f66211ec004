#include "key_file.hpp"

#include <filesystem>
#include <functional>

#include "replaced_file.hpp"
#include "rescue/base/json.hpp"

namespace rescue::ctl {
namespace {

using Entries = std::vector<http::ApiKeys::Entry>;

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

Status change(const std::string& path, bool may_create, const std::function<Status(Entries&)>& edit) {
  RESCUE_ASSIGN(const auto lock, FileLock::take(path));
  Entries entries;
  if (std::filesystem::exists(path) || !may_create) {
    RESCUE_ASSIGN(const auto keys, http::ApiKeys::load(path));
    entries = keys.entries();
  }
  RESCUE_TRY(edit(entries));
  const auto text = encode(entries);
  RESCUE_TRY(http::ApiKeys::parse(text));  // what no service could load is never written
  return replace_file(path, text, 0640);
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
