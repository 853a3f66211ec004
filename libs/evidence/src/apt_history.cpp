#include "apt_history.hpp"

#include <algorithm>
#include <array>

#include "civil_time.hpp"
#include "message_text.hpp"

namespace rescue::evidence {
namespace {

/// "2026-09-13  02:00:11", two blanks as apt writes it.
std::optional<std::int64_t> local_seconds(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  const auto clock = text.find_first_not_of(' ', std::min(text.find(' '), text.size()));
  if (clock == text.npos || text.size() < clock + 8 || text.size() < 10 || text[4] != '-' || text[7] != '-')
    return std::nullopt;
  return civil_seconds(digits_at(text, 0, 4), digits_at(text, 5, 2), digits_at(text, 8, 2), text, clock);
}

bool fill(Event& event, std::string_view action, std::string_view packages) {
  while (packages.starts_with(' ')) packages.remove_prefix(1);
  if (packages.empty()) return false;
  event.kind = EventKind::kPackageChanged;
  event.add(FieldName::kAction, action);
  event.add(FieldName::kTarget, packages);
  return true;
}

}  // namespace

bool AptHistory::add(std::string_view line, Event& event) {
  for (const std::string_view begin : {"Start-Date:", "Log started:"}) {
    auto rest = line;
    if (!drop_prefix(rest, begin)) continue;
    const auto seconds = local_seconds(rest);
    time_ = seconds ? std::optional(from_us(zone_.to_utc(*seconds) * 1'000'000)) : std::nullopt;
    account_.clear();
    return false;
  }
  if (line.starts_with("End-Date:") || line.starts_with("Log ended:")) time_.reset();
  if (!time_) return false;
  event.time = *time_;
  auto rest = line;
  if (drop_prefix(rest, "Requested-By: ")) {
    constexpr std::size_t kMostNameBytes = 256;
    account_ = rest.substr(0, std::min(rest.find(' '), kMostNameBytes));
    return false;
  }
  event.account = account_;
  if (drop_prefix(rest, "Commandline: ")) {
    event.kind = EventKind::kCommandRun;
    event.account = "root";
    event.add(FieldName::kCommand, rest);
    event.add(FieldName::kService, "apt");
    return !rest.empty();
  }
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 9> kActions = {
      {{"Install:", "install"},
       {"Reinstall:", "reinstall"},
       {"Upgrade:", "upgrade"},
       {"Downgrade:", "downgrade"},
       {"Remove:", "remove"},
       {"Purge:", "purge"},
       {"Setting up ", "set up"},
       {"Removing ", "removing"},
       {"Purging ", "purging"}}};
  return std::any_of(kActions.begin(), kActions.end(), [&](const auto& action) {
    return drop_prefix(rest, action.first) && fill(event, action.second, rest);
  });
}

}  // namespace rescue::evidence
