#include "fuzz_input.hpp"
#include "fuzz_root.hpp"
#include "rescue/evidence/sshd_config.hpp"

using namespace rescue;  // NOLINT(google-build-using-namespace): a program of one function

void fuzz_one(std::string_view input) {
  static const FuzzRoot folder("/etc/ssh/sshd_config");
  static const auto root = folder.open();
  folder.write(input);
  evidence::Gaps gaps;
  evidence::read_sshd_config(root, gaps);
  evidence::glob_match(input.substr(0, input.size() / 2), input.substr(input.size() / 2));
}
