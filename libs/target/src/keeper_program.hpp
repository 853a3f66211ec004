#pragma once

#include <string_view>

namespace rescue::target {

/// The whole of rescue-keeper, as it is sent ahead of a program.
std::string_view keeper_program();

}  // namespace rescue::target
