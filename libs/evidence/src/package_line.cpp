#include "package_line.hpp"

#include "message_text.hpp"

namespace rescue::evidence {
namespace {

bool fill_package(Event& event, std::string_view action, std::string_view name) {
  if (name.empty()) return false;
  event.kind = EventKind::kPackageChanged;
  event.add(FieldName::kAction, action);
  event.add(FieldName::kTarget, name);
  return true;
}

/// dpkg.log(5): " install nmap:amd64 <none> 7.93"
bool parse_dpkg(std::string_view text, Event& event) {
  for (const std::string_view action : {"install", "upgrade", "remove", "purge"}) {
    auto rest = text;
    if (drop_prefix(rest, " ") && drop_prefix(rest, action) && drop_prefix(rest, " "))
      return fill_package(event, action, rest.substr(0, rest.find(' ')));
  }
  return false;
}

/// dnf.rpm.log: "+0900 SUBDEBUG Installed: nmap-7.92-1.x86_64"; dnf.log: "+0900 DDEBUG Command: dnf install
/// nmap"
bool parse_dnf(std::string_view text, Event& event) {
  constexpr std::size_t kMostBefore = 8, kMostAction = 16;  // an offset; a word
  if (const auto mark = text.find(" DDEBUG Command: "); mark <= kMostBefore)
    return fill_package(event, "command", text.substr(mark + 17));
  const auto mark = text.find(" SUBDEBUG ");
  if (mark > kMostBefore) return false;
  const auto rest = text.substr(mark + 10);
  const auto colon = rest.find(": ");
  return colon <= kMostAction && fill_package(event, rest.substr(0, colon), rest.substr(colon + 2));
}

/// zypp's history: "|install|nmap|7.92-1.1|x86_64|root@web1|repo|…|", "|remove |nmap|7.92-1.1|x86_64|…"
bool parse_zypp(std::string_view text, Event& event) {
  if (!drop_prefix(text, "|")) return false;
  auto action = text.substr(0, text.find('|'));
  const auto rest = text.substr(std::min(action.size() + 1, text.size()));
  while (action.ends_with(' ')) action.remove_suffix(1);
  if (action != "install" && action != "remove") return false;
  return fill_package(event, action, rest.substr(0, rest.find('|')));
}

}  // namespace

bool parse_package_line(std::string_view text, Event& event) {
  return parse_dpkg(text, event) || parse_dnf(text, event) || parse_zypp(text, event);
}

}  // namespace rescue::evidence
