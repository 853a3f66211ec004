#pragma once

#include <string_view>

namespace rescue::detect {

/// The name of a system call of 64-bit x86 by its number as auditd logs it, "59" → "execve"; "" for none.
std::string_view system_call_name(std::string_view number);

}  // namespace rescue::detect
