#include "rescue/recovery/queue_ways.hpp"

#include <algorithm>
#include <array>

#include "rescue/base/ascii.hpp"
#include "rescue/evidence/safe_root.hpp"
#include "rescue/recovery/queue_criteria.hpp"

namespace rescue::recovery {
namespace {

constexpr std::size_t kMostCriteria = 64;

/// Files of well-known mailers and of every other site: the same name and, where sites share a user, the same
/// owner say nothing.
constexpr std::array<std::string_view, 10> kSharedNames = {
    "phpmailer.php", "class-phpmailer.php", "class.phpmailer.php", "simplemailinvoker.php", "sendmail.php",
    "mail.php",      "mailer.php",          "index.php",           "functions.php",         "pluggable.php"};

/// The criteria, and what none was found for.
class Narrow {
 public:
  explicit Narrow(const std::string& root) : root_(root) {}

  void take(const Way& way) {
    if (way.way == "abused_account" && !way.account.empty()) add_account(way);
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
    add("script", script, {{"uid", info->uid}});
  }

  /// Sendmail does not keep with a message who logged in, if it is not told to: there the account's mail is
  /// what came from the addresses that abused it, over a connection that somebody logged in on.
  void add_account(const Way& way) {
    add("account", way.account);
    const auto server = evidence::SafeRoot::open(root_);
    if (!server || !server->info("/etc/mail/sendmail.cf")) return;
    for (const auto& address : way.addresses) add("address", address, {{"nameless_login", true}});
    leave("account " + way.account +
          ": Sendmail tells by itself only that somebody logged in; from other addresses than those that are "
          "known it cannot be "
          "told apart");
  }

  void add_relay(const std::vector<std::string>& addresses) {
    for (const auto& address : addresses) add("address", address);
    leave(addresses.empty() ? "open relay: nobody who used it is known by address"
                            : "open relay: others than those addresses may have used it, too");
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
