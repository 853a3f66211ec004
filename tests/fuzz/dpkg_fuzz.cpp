#include "fuzz_input.hpp"
#include "fuzz_root.hpp"
#include "rescue/evidence/dpkg.hpp"

using namespace rescue;  // NOLINT(google-build-using-namespace): a program of one function

void fuzz_one(std::string_view input) {
  static const FuzzRoot folder("/var/lib/dpkg/info/p.list");
  static const auto root = folder.open();
  folder.write(input);
  evidence::Gaps gaps;
  evidence::PackageFiles::read(root, {"/etc/cron", "/"}, gaps);
}
