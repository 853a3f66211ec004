#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "correlate.hpp"
#include "rescue/base/json.hpp"

namespace rescue::detect {

/// Text from evidence as a document may hold it.
std::string clean(std::string_view text, std::size_t max_bytes = 2000);
/// RFC 3339; empty for none.
std::string time_text(const std::optional<Timestamp>& t);

Json finding_json(const Finding& finding);

/// A list of the document, and how many there was no room for.
struct DocumentList {
  Json items = Json::array();
  std::uint64_t left_out = 0;
};
/// Findings' own lines come first when there is no room for all, and no rule's many before another's first.
DocumentList timeline_list(const CaseFile& file, const evidence::TimeZone& zone);
DocumentList vectors_list(const std::vector<EntryVector>& vectors, const CaseFile& file);
/// Grave ones come first when there is no room for all, and no kind's many before another's first. `told` are
/// always there.
DocumentList gaps_list(const evidence::Gaps& gaps, const std::vector<evidence::Gap>& told);

/// {"accounts": [], "files": [], "addresses": []} with what the gravest findings name.
struct Impact {
  Json lists;
  std::uint64_t left_out = 0;
};
Impact impact_of(const CaseFile& file);

}  // namespace rescue::detect
