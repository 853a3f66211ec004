#include <algorithm>
#include <cstdlib>

#include "fuzz_input.hpp"
#include "rescue/sigma/correlator.hpp"
#include "rescue/sigma/matcher.hpp"
#include "rescue/sigma/rule_set.hpp"

using namespace rescue;  // NOLINT(google-build-using-namespace): a program of one function

/// Rules, and behind a line of `===` the line that they are run on.
void fuzz_one(std::string_view input) {
  const auto mark = input.find("\n===\n");
  const auto line = mark == input.npos ? input : input.substr(mark + 5);
  sigma::RuleSet rules([](const sigma::LogSource&) { return std::string(); });
  rules.add_file("/rules.yml", std::string(input.substr(0, mark)));
  rules.finish();
  sigma::Record record;
  record.add_line(line);
  for (const auto& rule : rules.rules()) {
    for (const auto& field : rule.fields) record.add(field, line);
  }
  sigma::Matcher matcher(rules.rules());
  sigma::Correlator correlator(rules);
  matcher.begin();
  matcher.look_at(line);
  const auto candidates = matcher.candidates();
  for (std::uint32_t rule = 0; rule < rules.rules().size(); ++rule) {
    if (!matcher.matches(rule, record)) continue;
    if (std::find(candidates.begin(), candidates.end(), rule) == candidates.end())
      std::abort();  // the sieve lost it
    for (int second = 0; second < 5; ++second) correlator.add(rule, from_us(second * 1'000'000), record, 0);
  }
  correlator.finish();
}
