#include "dovecot_refusal.hpp"

#include <algorithm>

#include "plan_parts.hpp"
#include "rescue/evidence/mail_config.hpp"
#include "served_sites.hpp"

namespace rescue::recovery {
namespace {

const std::string kMain = "/etc/dovecot/dovecot.conf";
const std::string kList = "/etc/dovecot/rescue-refused-users";
const std::string kFolder = "/etc/dovecot/conf.d";
const std::string kSettings = "/etc/dovecot/conf.d/00-rescue-refused-users.conf";

const std::string kBlock =
    "# Users whom rescue-responder suspended: nobody in this list can log in.\npassdb {\n"
    "  driver = passwd-file\n  deny = yes\n  args = " +
    kList + "\n}\n";

/// Whether dovecot.conf includes conf.d before it names a source or includes anything else.
bool folder_comes_first(std::string_view main) {
  for (const auto& line : evidence::split_list(main, "\n")) {
    const auto from = std::min(line.find_first_not_of(" \t"), line.size());
    const auto rest = std::string_view(line).substr(from);
    if (rest.starts_with("!include conf.d/*.conf")) return true;
    if (rest.starts_with("passdb") || rest.starts_with("!include")) return false;
  }
  return false;
}

bool is_first_in_folder(const ServerFiles& files) {
  const auto names = files_in(files, kFolder);
  return std::none_of(names.begin(), names.end(),
                      [](const std::string& name) { return name.ends_with(".conf") && name < kSettings; });
}

/// The settings as they are without the refusal and with it, whether or not another suspension has put it
/// there: they go with the list's last user.
FileChange with_refusal(const std::string& path, const std::optional<FileState>& now, bool whole_file) {
  FileChange change;
  if (whole_file) {
    change = created(path, kBlock);
    if (now) change.after = now;
  } else {
    const auto at = now->bytes.find(kBlock);
    const bool there = at != std::string::npos;
    auto without = now->bytes;
    if (there) without.erase(at, kBlock.size());
    change = {.path = path, .before = now, .after = now};
    change.before->bytes = without;
    if (!there) change.after->bytes = kBlock + without, change.after->mtime_ns = 0;
    change.by_line = true;
  }
  change.kept_while = kList;
  return change;
}

}  // namespace

Result<DovecotRefusal> refuse_at_dovecot(const ServerFiles& files, const std::vector<PasswordSource>& sources,
                                         const std::string& account) {
  DovecotRefusal out;
  RESCUE_ASSIGN(const auto main, files.read(kMain));
  if (std::any_of(sources.begin(), sources.end(), [](const auto& source) { return source.named; }))
    out.why_not = "its settings are of a version that is not changed here";
  if (!main) out.why_not = kMain + " is not there";
  if (!out.why_not.empty()) return out;
  RESCUE_ASSIGN(const auto settings, files.read(kSettings));
  RESCUE_ASSIGN(const auto list, files.read(kList));
  const auto names = evidence::split_list(list ? list->bytes : "", "\n");
  const bool listed = std::find(names.begin(), names.end(), account) != names.end();
  const bool first = !sources.empty() && sources.front().deny && sources.front().path == kList;
  out.already = listed && first;
  if (out.already) return out;
  const bool in_main = main->bytes.find(kBlock) != std::string::npos;
  if (in_main && !first) {
    out.why_not = "its list of refused users is not what it asks first";
    return out;
  }
  // What lies in the folder and is not asked first is of no use there.
  const bool in_folder =
      !in_main && folder_comes_first(main->bytes) && is_first_in_folder(files) && (first || !settings);
  if (settings && in_folder && settings->bytes != kBlock) {
    out.why_not = kSettings + " is not as it was written here";
    return out;
  }
  if (!listed) {
    const std::string before = list ? list->bytes : "";
    const std::string line = (before.empty() || before.ends_with('\n') ? "" : "\n") + account + "\n";
    out.files.push_back(list ? changed(kList, *list, before + line) : created(kList, line));
    out.files.back().by_line = true;
  }
  out.files.push_back(in_folder ? with_refusal(kSettings, settings, true) : with_refusal(kMain, main, false));
  return out;
}

}  // namespace rescue::recovery
