#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rescue::recovery {

/// A line of a table's source (postmap(1), cidr_table(5)): key, and what it says.
struct TableEntry {
  std::string key;
  std::string value;
};
/// Where the text of a table lies that is made from one or read as one ("hash:/etc/postfix/x",
/// "proxy:cidr:/x"); "" for a data base, a list of patterns, a socket.
std::string source_of(std::string_view table);
/// As postfix reads files of this kind: comments dropped, indented lines joined to the one before. At most
/// `most`, one more where there are more.
std::vector<std::string> lines_as_read(std::string_view text, std::size_t most);
std::vector<TableEntry> entries_of(std::string_view text, std::size_t most);

/// What a result of a table is to smtpd (access(5)), in any case of its letters.
enum class Verdict { kPermits, kRefuses, kPassesOn, kIsAList };
Verdict kind_of(std::string_view result);

}  // namespace rescue::recovery
