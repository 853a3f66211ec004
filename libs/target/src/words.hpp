#pragma once

#include <string>
#include <string_view>

#include "rescue/target/target.hpp"

namespace rescue::target {

/// What a hostile server said, to stand in one of our sentences: its last line that says anything, in
/// printable ASCII, short.
std::string last_words(std::string_view text);
/// "; its last words: …", or nothing.
std::string with_last_words(std::string_view text);
/// "ended with exit code 3", "was ended by signal 9"
std::string describe(const Ending& ending);

}  // namespace rescue::target
