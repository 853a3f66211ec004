#include "account_names.hpp"

namespace rescue::detect {

using evidence::FieldName;

std::string AccountNames::of(const Scene& scene, const evidence::Event& event) {
  if (!event.account.empty()) return name_of(event.account);
  const auto uid = event.field(FieldName::kUid);
  if (auto name = of_uid(scene, uid); !name.empty()) return name;
  if (event.field(FieldName::kService) == "history" && event.file < scene.log_paths.size()) {
    const auto& path = scene.log_paths[event.file];
    const auto at = by_home_.find(path.substr(0, path.rfind('/')));
    if (at != by_home_.end()) return at->second;
  }
  return name_of(uid);
}

std::string AccountNames::of_uid(const Scene& scene, std::string_view uid) {
  if (!known_) know(scene);
  const auto at = by_uid_.find(std::string(uid));
  return at == by_uid_.end() ? std::string() : at->second;
}

/// Of two with one number or home the first counts.
void AccountNames::know(const Scene& scene) {
  known_ = true;
  for (const auto& account : scene.artifacts.accounts.accounts) {
    by_uid_.emplace(std::to_string(account.uid), account.name);
    if (account.home.size() > 1) by_home_.emplace(account.home, account.name);
  }
}

}  // namespace rescue::detect
