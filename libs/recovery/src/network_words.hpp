#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rescue::recovery {

/// Whether a word of a list of networks, Postfix's or Exim's ("192.0.2.0/24", "[::1]/128", "127.0.0.1",
/// "@[]"), holds an address. False where it is none, or names a file, a table, another list.
bool covers(std::string_view word, std::string_view address);

/// What is to be put in so that this machine's own programs may go on: loopback of each family of which a
/// word for everybody went and which nothing that stays covers. `kept` decides; plain addresses.
std::vector<std::string> loopback_lost(const std::vector<std::string>& gone,
                                       const std::vector<std::string>& kept);

/// "com", ".jp": one label that many strangers' domains are below.
bool is_top_level(std::string_view word);

}  // namespace rescue::recovery
