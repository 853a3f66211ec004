#include "fuzz_input.hpp"
#include "fuzz_root.hpp"
#include "rescue/evidence/package_database.hpp"

using namespace rescue;  // NOLINT(google-build-using-namespace): a program of one function

/// A Berkeley DB file of rpm from its first page to the packages in it.
void fuzz_one(std::string_view input) {
  static const FuzzRoot folder("/var/lib/rpm/Packages");
  static const auto root = folder.open();
  folder.write(input);
  evidence::Gaps gaps;
  evidence::PackageDatabase::read(root, {}, gaps);
}
