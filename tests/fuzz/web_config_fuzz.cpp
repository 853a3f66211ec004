#include "fuzz_input.hpp"
#include "fuzz_root.hpp"
#include "rescue/evidence/web_config.hpp"

using namespace rescue;  // NOLINT(google-build-using-namespace): a program of one function

void fuzz_one(std::string_view input) {
  static const FuzzRoot folder("/etc/nginx/nginx.conf");
  static const auto root = folder.open();
  folder.write(input);
  evidence::Gaps gaps;
  evidence::read_web_config(root, {"/home/u"}, gaps);
}
