#include <array>
#include <cstdlib>

#include "fuzz_input.hpp"
#include "start_lines.hpp"

using namespace rescue;  // NOLINT(google-build-using-namespace): a program of one function

/// The first byte says of which form the rest is.
void fuzz_one(std::string_view input) {
  static constexpr std::array<std::string_view, 21> kForms = {
      "unit",           "shell",           "udev",     "apt",    "dpkg",
      "logrotate",      "desktop",         "modprobe", "dkms",   "mail_pipe",
      "kernel_setting", "init_table",      "inetd",    "xinetd", "log_hook",
      "file_format",    "temporary_files", "git",      "ssh",    "editor",
      "package_action"};
  if (input.empty()) return;
  const auto form = kForms[static_cast<unsigned char>(input[0]) % kForms.size()];
  for (const auto& line : detect::start_lines(form, input.substr(1))) {
    if (line.line == 0 || line.command.empty() || line.command.size() > 2 * input.size()) std::abort();
  }
}
