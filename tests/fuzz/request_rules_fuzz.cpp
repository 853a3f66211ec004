#include <cstdlib>

#include "fuzz_input.hpp"
#include "request_rules.hpp"
#include "rescue/evidence/access_log.hpp"
#include "rescue/evidence/line_reader.hpp"

using namespace rescue;  // NOLINT(google-build-using-namespace): a program of one function

/// Which rules mean a request are rules that there are, each once.
void fuzz_one(std::string_view input) {
  static const auto book = detect::RuleBook::shipped();
  static const detect::RequestRules rules(book);
  evidence::AccessLines lines;
  while (!input.empty()) {
    const auto line = evidence::take_line(input);
    evidence::Event event;
    event.excerpt = line;
    if (!lines.parse(line, event)) continue;
    const auto meant = rules.judge(event);
    for (std::size_t i = 0; i < meant.size(); ++i) {
      if (meant[i] >= rules.rules().size() || (i > 0 && meant[i] <= meant[i - 1])) std::abort();
    }
  }
}
