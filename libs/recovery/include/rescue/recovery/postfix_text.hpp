#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rescue::recovery {

/// A setting of main.cf set anew: the last line that sets it, with the lines that go on it, becomes
/// "name = value"; comments among them stay. Where nothing sets it a line is added at the end. Everything
/// else stays byte for byte (postconf(5)).
std::string with_setting(std::string_view text, std::string_view name, std::string_view value);

/// An override of master.cf set anew: each "-o name=…" of the service whose entry begins in line `line`
/// (counted from 1), in whichever of its forms (master(5)). `value` has no white space. The text as it is
/// where there is none.
std::string with_override(std::string_view text, std::uint64_t line, std::string_view name,
                          std::string_view value);

/// A file of words without `word`, wherever it stands in a line; a line that had nothing else goes, comments
/// stay.
std::string without_word(std::string_view text, std::string_view word);

}  // namespace rescue::recovery
