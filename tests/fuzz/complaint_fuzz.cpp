#include <cstdlib>

#include "fuzz_input.hpp"
#include "rescue/complaint/complaint.hpp"

using namespace rescue;  // NOLINT(google-build-using-namespace): a program of one function

/// A mail. Whom it accuses is ours and stands in it or in what it carries; what a person has to read accuses
/// nobody.
void fuzz_one(std::string_view input) {
  static const auto ours = *net::Networks::parse({"192.0.2.0/24", "2001:db8:10::/48"});
  const auto read = complaint::read_complaint(input, ours);
  if (read.subject.size() > 500 || read.text.size() > 4'000 || read.urls.size() > 20) std::abort();
  if (read.to_person && !(read.server.text.empty() && read.urls.empty() && !read.port)) std::abort();
  const bool by_address = read.server.kind == catalog::ServerKey::Kind::kAddress;
  if (!read.to_person && by_address && !complaint::may_hold(ours, read.server.text)) std::abort();
  if (!read.to_person && read.format == complaint::Format::kNone) std::abort();
  for (const auto& url : read.urls) {
    if (url.size() > 2'048) std::abort();
  }
  const auto named = complaint::addresses_named(input, 32);
  if (named && named->size() > 32) std::abort();
  dump_json(complaint::to_json(read));
}
