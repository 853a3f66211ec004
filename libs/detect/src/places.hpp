#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rescue/base/json.hpp"
#include "rescue/detect/case_file.hpp"

namespace rescue::detect {

/// One file of settings, read.
struct PlacedFile {
  std::string path;
  std::string text;
  std::string sha256;
};

/// The regular files that match one of `patterns`, sorted, each once: `*` and `?` in any component, `~` for
/// every account's home and /etc/skel. At most 5,000 files and 200,000 entries of
/// folders; more is a gap.
std::vector<std::string> files_at(const Scene& scene, const Json& patterns, evidence::Gaps& gaps);

/// The file, unless a package brought it and it is as it was: that is trusted. Links are followed inside the
/// root. What cannot be read is a gap; of what is larger than 1 MiB the beginning is given, without a hash,
/// and a gap says so. So much in all (SettingsRoom), and until the time is up.
std::optional<PlacedFile> read_untrusted(const Scene& scene, const std::string& path, evidence::Gaps& gaps);

/// What fills in the texts of a finding about this line; nothing where the line is none.
using LineJudge = std::function<std::optional<std::map<std::string, std::string>>(std::string_view line)>;

/// In each untrusted file of the rule's `paths`, the first line that `judge` finds something in.
void report_first_lines(const Rule& rule, const Scene& scene, CaseFile& file, const LineJudge& judge);

/// Begins with one of the folders.
bool lies_below(std::string_view path, const Json& folders);

/// "/lib/modules/6.1.0-9/…/fuse.ko.xz"
bool is_kernel_module(std::string_view path);

}  // namespace rescue::detect
