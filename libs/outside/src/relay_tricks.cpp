// The forms are those of RFC 5321 (section 4.1.1.3, appendix C: source routes), RFC 1123 (section 5.2.16:
// "%"), RFC 976 ("!"), and of what relay tests have tried since open relays were hunted in the 1990s.
#include "relay_tricks.hpp"

namespace rescue::outside {
namespace {

std::string path(const std::string& inner) {
  return "<" + inner + ">";
}

}  // namespace

std::vector<RelayTrick> relay_tricks(const RelayNames& names) {
  const auto at = names.recipient.find('@');
  const std::string user = names.recipient.substr(0, at);
  const std::string domain = names.recipient.substr(at + 1);
  const std::string& whole = names.recipient;
  const std::string sender = path(names.sender), recipient = path(whole);
  std::vector<RelayTrick> out{
      {"foreign to foreign", sender, recipient},
      {"empty sender", "<>", recipient},
      {"sender at the server", path("postmaster@" + names.server), recipient},
      {"sender at the address", path("postmaster@" + names.literal), recipient},
      {"sender without domain", path("postmaster"), recipient},
      {"quoted, without domain", sender, path("\"" + whole + "\""), true},
      {"percent, without domain", sender, path(user + "%" + domain), true},
      {"bang path", sender, path(domain + "!" + user), true},
  };
  for (const auto& [name, here] : {std::pair("server", names.server), std::pair("address", names.literal)}) {
    const std::string of = std::string(" at the ") + name;
    out.push_back({"percent" + of, sender, path(user + "%" + domain + "@" + here), true});
    out.push_back({"quoted" + of, sender, path("\"" + whole + "\"@" + here), true});
    out.push_back({"two @" + of, sender, path(whole + "@" + here), true});
    out.push_back({"bang path" + of, sender, path(domain + "!" + user + "@" + here), true});
    out.push_back({"source route" + of, sender, path("@" + here + ":" + whole)});
  }
  return out;
}

}  // namespace rescue::outside
