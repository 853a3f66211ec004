#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "rescue/evidence/byte_stream.hpp"

namespace rescue::detect {

/// By the name: .zip, .jar, .war, .phar, .tar and packed tars.
bool is_archive_name(std::string_view path);
/// By the first bytes: one whose members are to be looked at in place of what lies there.
bool begins_as_archive(std::string_view first_bytes);
/// Whether a server runs what is in it without unpacking: a .phar, or a .jar or .war where a servlet
/// container looks for them.
bool is_run_packed(std::string_view path);

struct ArchiveBounds {
  std::size_t members = 10'000;  ///< looked into
  std::size_t member_bytes = 4 << 20;
  std::uint64_t unpacked_bytes = 256 << 20;
};

struct ArchiveReport {
  std::uint64_t cost = 0;  ///< bytes unpacked, and 4 KiB for the archive and for each member looked into
  std::map<std::string_view, std::uint64_t> faults;  ///< what could not be seen, and how often
};

/// A member's name as it stands there, and its content or its beginning (`whole` says which).
using TakeMember = std::function<void(const std::string& name, std::string_view content, bool whole)>;

/// Unpacks those members that may be code by their names or first bytes, into memory, one after the other.
/// Archives within are not opened. Damage never fails; it is told among the faults.
ArchiveReport go_through_archive(const std::string& path, const evidence::OpenFile& file,
                                 const evidence::TimeIsUp& time_is_up, const TakeMember& take,
                                 const ArchiveBounds& bounds = {});

}  // namespace rescue::detect
