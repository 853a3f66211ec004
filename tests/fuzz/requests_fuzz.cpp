#include <cstdlib>

#include "fuzz_input.hpp"
#include "request_rules.hpp"
#include "rescue/evidence/access_log.hpp"
#include "rescue/evidence/line_reader.hpp"

using namespace rescue;  // NOLINT(google-build-using-namespace): a program of one function

/// Lines of an access log: no path climbs out of the web root, and which rules mean a request are rules that
/// there are, each once.
void fuzz_one(std::string_view input) {
  static const auto book = detect::RuleBook::shipped();
  static const detect::RequestRules rules(book);
  evidence::AccessLines lines;
  while (!input.empty()) {
    const auto line = evidence::take_line(input);
    evidence::percent_decode(line, true);
    evidence::Event event;
    event.excerpt = line;
    if (!lines.parse(line, event)) continue;
    const auto path = evidence::decode_path(event.field(evidence::FieldName::kTarget));
    if (!path.starts_with('/') || path.find("/../") != path.npos || path.ends_with("/..")) std::abort();
    const auto meant = rules.judge(event);
    for (std::size_t i = 0; i < meant.size(); ++i) {
      if (meant[i] >= rules.rules().size() || (i > 0 && meant[i] <= meant[i - 1])) std::abort();
    }
  }
}
