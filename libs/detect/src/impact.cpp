#include <algorithm>
#include <cctype>
#include <set>

#include "document_parts.hpp"
#include "document_room.hpp"

namespace rescue::detect {
namespace {

/// Names, each once, in the order of weight.
class Names {
 public:
  void add(std::string_view name) {
    auto text = clean(name);
    if (!text.empty() && seen_.insert(text).second) order_.push_back(std::move(text));
  }
  /// Those that find room, sorted.
  Json listed(std::uint64_t& left_out) const {
    DocumentRoom room(kImpactRoom);
    std::set<std::string> shown;
    for (const auto& name : order_) {
      if (room.take(name)) shown.insert(name);
    }
    left_out += room.left_out();
    return shown;
  }

 private:
  std::set<std::string> seen_;
  std::vector<std::string> order_;
};

/// Hosts that downloads and connections in an excerpt name: what follows "://" or "/dev/tcp/".
void add_hosts(std::string_view text, Names& hosts) {
  constexpr int kMostHosts = 100;
  int found = 0;
  for (const std::string_view mark : {"://", "/dev/tcp/", "/dev/udp/"}) {
    for (auto at = text.find(mark); at != text.npos; at = text.find(mark, at + 1)) {
      auto host = text.substr(at + mark.size());
      host = host.substr(0, host.find_first_of("/:\"' \t|;)&>`"));
      const bool good =
          !host.empty() && host.size() < 254 && std::all_of(host.begin(), host.end(), [](char c) {
            return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '-';
          });
      if (good && ++found <= kMostHosts) hosts.add(host);
    }
  }
}

/// The findings that speak against the server, no rule's many before another's first.
std::vector<const Finding*> speaking(const CaseFile& file) {
  std::vector<const Finding*> line;
  for (const auto& finding : file.findings) {
    if (finding.severity >= Severity::kMedium) line.push_back(&finding);
  }
  std::stable_sort(line.begin(), line.end(), [](const auto* a, const auto* b) { return a->turn < b->turn; });
  return line;
}

}  // namespace

Impact impact_of(const CaseFile& file) {
  Names accounts, files, addresses;
  for (const auto& break_in : file.break_ins) {
    accounts.add(break_in.account);
    addresses.add(break_in.address);
  }
  for (const auto& account : file.reached_accounts) accounts.add(account);
  for (const auto* finding : speaking(file)) {
    accounts.add(finding->account);
    files.add(finding->path);
    addresses.add(finding->address);
    const bool commands = finding->rule.starts_with("cron.") || finding->rule.starts_with("keys.");
    for (const auto& ref : finding->evidence) {
      if (commands) add_hosts(ref.excerpt, addresses);
    }
  }
  Impact impact;
  for (const auto& [name, names] :
       {std::pair("accounts", &accounts), {"files", &files}, {"addresses", &addresses}})
    impact.lists[name] = names->listed(impact.left_out);
  return impact;
}

}  // namespace rescue::detect
