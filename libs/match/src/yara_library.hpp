#pragma once

#include <array>
#include <memory>

#include "rescue/match/yara.hpp"

// Last: its macros break other headers.
#include <yara.h>

namespace rescue::match {

/// Prepares libyara; to be called before anything of it is used.
void initialise_yara();

/// The variables that public sets expect; those past the first five are always empty.
inline constexpr std::array<const char*, 12> kExternalVariables = {
    "filename", "filepath", "extension", "filetype", "owner",         "md5",
    "group",    "service",  "timezone",  "language", "unpack_parent", "unpack_source"};

struct YaraRules::Compiled {
  YR_RULES* rules = nullptr;
  Compiled() = default;
  Compiled(const Compiled&) = delete;
  Compiled& operator=(const Compiled&) = delete;
  ~Compiled() {
    if (rules != nullptr) yr_rules_destroy(rules);
  }
};

}  // namespace rescue::match
