#include <cstdlib>

#include "fuzz_input.hpp"
#include "rpm_database.hpp"
#include "rpm_signature.hpp"

using namespace rescue;  // NOLINT(google-build-using-namespace): a program of one function

/// Everything that is asked of a header.
void fuzz_one(std::string_view input) {
  const auto header = evidence::RpmHeader::parse(input);
  if (!header) return;
  const auto paths = evidence::rpm_paths(*header);
  if (paths.size() > input.size()) std::abort();
  evidence::rpm_digest_kind(*header);
  evidence::signature_fit(*header);
  header->overrides_region();
  header->full_name();
  for (const auto tag : {evidence::RpmTag::kFileModes, evidence::RpmTag::kFileStates}) header->numbers(tag);
  DigestStream stream(DigestKind::kSha256);
  header->hash_region(stream);
}
