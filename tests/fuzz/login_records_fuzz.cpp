#include "fuzz_input.hpp"
#include "rescue/evidence/login_records.hpp"

using namespace rescue;  // NOLINT(google-build-using-namespace): a program of one function

void fuzz_one(std::string_view input) {
  for (const bool failed : {false, true}) {
    evidence::EventBatch batch;
    evidence::add_login_records(input, 0, failed, batch);
  }
}
