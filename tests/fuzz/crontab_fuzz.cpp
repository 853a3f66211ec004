#include "fuzz_input.hpp"
#include "rescue/evidence/crontab.hpp"

using namespace rescue;  // NOLINT(google-build-using-namespace): a program of one function

void fuzz_one(std::string_view input) {
  std::size_t bad_lines = 0;
  evidence::parse_crontab(input, evidence::CrontabForm::kUser, "u", bad_lines);
  evidence::parse_crontab(input, evidence::CrontabForm::kSystem, "", bad_lines);
}
