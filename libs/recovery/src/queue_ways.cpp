#include "rescue/recovery/queue_ways.hpp"

#include <algorithm>
#include <array>

#include "rescue/base/ascii.hpp"
#include "rescue/evidence/walk.hpp"
#include "rescue/recovery/queue_criteria.hpp"
#include "served_sites.hpp"

namespace rescue::recovery {
namespace {

constexpr std::size_t kMostCriteria = 64, kMostAddresses = 60, kMostEntries = 300'000;

/// Files of well-known mailers and of every other site: even where no second one is found, the header of a
/// mail may name one that is gone.
constexpr std::array<std::string_view, 10> kSharedNames = {
    "phpmailer.php", "class-phpmailer.php", "class.phpmailer.php", "simplemailinvoker.php", "sendmail.php",
    "mail.php",      "mailer.php",          "index.php",           "functions.php",         "pluggable.php"};

/// The criteria, and what none was found for.
class Narrow {
 public:
  explicit Narrow(const std::string& root) : root_(root) {}

  void take(const Way& way) {
    if (way.way == "abused_account" && !way.account.empty()) add("account", way.account);
    if (way.way == "abused_script" && !way.script.empty()) add_script(way.script);
    if (way.way == "open_relay") add_relay(way.addresses);
  }
  Json any = Json::array(), left = Json::array();

 private:
  /// Only what parse_queue_criteria() would take.
  void add(const char* name, const std::string& value, Json more = Json::object()) {
    more[name] = value;
    if (any.size() < kMostCriteria && parse_queue_criteria({{"any", Json::array({more})}})) {
      any.push_back(std::move(more));
    } else {
      leave(std::string(name) + " " + value + ": too wide to delete mail by, or one too many");
    }
  }

  void add_script(const std::string& script) {
    const auto name = lower_ascii(script.substr(script.rfind('/') + 1));
    if (std::ranges::find(kSharedNames, name) != kSharedNames.end())
      return leave("script " + script + ": other sites have files of this name, too");
    const auto server = evidence::SafeRoot::open(root_);
    const auto info = server ? server->info(script, evidence::SafeRoot::LastLink::kFollow)
                             : Result<evidence::FileInfo>(tl::unexpect, server.error());
    if (!info) return leave("script " + script + ": it cannot be looked at, so its owner is not known");
    if (const auto other = another_of_this_name(*server, script, info->uid); !other.empty())
      return leave("script " + script + ": " + other);
    add("script", script, {{"uid", info->uid}});
  }

  /// PHP's header names the file without its folder, and its owner: sites that share a user are not told
  /// apart by these. Nothing where the script is the only one among all that is served.
  std::string another_of_this_name(const evidence::SafeRoot& server, const std::string& script,
                                   std::uint32_t uid) const {
    const auto files = ServerFiles::open(root_);
    if (!files) return files.error().detail;
    const auto name = lower_ascii(script.substr(script.rfind('/') + 1));
    std::string other;
    evidence::Gaps gaps;
    auto folders = served_folders_of(*files);
    std::ranges::sort(folders);
    std::string last;  // of two served folders, one may lie in the other
    for (const auto& folder : folders) {
      if (!last.empty() && (folder + "/").starts_with(last + "/")) continue;
      last = folder;
      evidence::walk(server, folder, {.max_entries = kMostEntries}, "", gaps,
                     [&](const std::string& path, const evidence::FileInfo& info) {
                       if (info.uid == uid && path != script && info.kind == evidence::FileKind::kRegular &&
                           lower_ascii(path.substr(path.rfind('/') + 1)) == name)
                         other = path;
                       return other.empty();
                     });
    }
    if (!other.empty()) return other + " has the same name and owner";
    return gaps.empty() ? "" : "not all that is served could be looked through for others of its name";
  }

  void add_relay(const std::vector<std::string>& addresses) {
    for (const auto& address : addresses) add("address", address);
    if (addresses.empty()) leave("open relay: nobody who used it is known by address");
    if (addresses.size() >= kMostAddresses)
      leave("open relay: others than those addresses may have used it, too");
  }

  void leave(std::string what) { left.push_back(std::move(what)); }

  const std::string& root_;
};

}  // namespace

QueueWays queue_criteria_for(const std::vector<Way>& ways, const std::string& root) {
  Narrow narrow(root);
  for (const auto& way : ways) narrow.take(way);
  return {.criteria = {{"any", std::move(narrow.any)}}, .left = std::move(narrow.left)};
}

}  // namespace rescue::recovery
