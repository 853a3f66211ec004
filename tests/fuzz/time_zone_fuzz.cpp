#include "fuzz_input.hpp"
#include "rescue/evidence/time_zone.hpp"

using namespace rescue;  // NOLINT(google-build-using-namespace): a program of one function

void fuzz_one(std::string_view input) {
  constexpr std::int64_t kMoments[] = {-5'000'000'000, 0, 1'795'000'000, 9'000'000'000};
  const auto zone = evidence::TimeZone::parse_tzif("x", input);
  const auto rule = evidence::PosixZone::parse(input);
  for (const auto moment : kMoments) {
    if (zone) zone->to_utc(moment + zone->offset_at(moment));
    if (rule) static_cast<void>(rule->offset_at(moment));
  }
}
