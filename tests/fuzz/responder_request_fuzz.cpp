#include <cstdlib>

#include "fuzz_input.hpp"
#include "rescue/recovery/request.hpp"
#include "rescue/recovery/step.hpp"

using namespace rescue;  // NOLINT(google-build-using-namespace): a program of one function

/// A line of the protocol; what is JSON is read as the record of a step, too.
void fuzz_one(std::string_view input) {
  std::int64_t id = 0;
  const auto request = recovery::parse_request(input, id);
  if (request && (request->op.empty() || request->id != id)) std::abort();
  const auto json = parse_json(input);
  if (!json || !json->is_object()) return;
  const auto step = recovery::step_from(*json);
  if (step && !recovery::step_from(recovery::to_json(*step))) std::abort();
}
