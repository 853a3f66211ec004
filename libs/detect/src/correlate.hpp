#pragma once

#include <string>
#include <vector>

#include "rescue/detect/case_file.hpp"

namespace rescue::detect {

/// How somebody got in, with the findings that bear it in the order of what happened.
struct EntryVector {
  std::string technique;
  std::string title;
  Confidence confidence = Confidence::kLow;
  std::string why;
  std::string account, address;
  bool mail_only = false;  ///< into a mail account, not onto the server
  Timestamp at{};
  std::size_t entry = 0;           ///< the finding it rests on; an index into CaseFile::findings
  std::vector<std::size_t> chain;  ///< likewise
};

/// Joins break-ins with what followed them. The best founded first.
std::vector<EntryVector> entry_vectors(const CaseFile& file);

}  // namespace rescue::detect
