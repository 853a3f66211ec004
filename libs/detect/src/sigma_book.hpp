#pragma once

#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "rescue/detect/case_file.hpp"
#include "rescue/sigma/correlator.hpp"
#include "rescue/sigma/rule_set.hpp"

namespace rescue::detect {

/// Where a rule fired.
struct SigmaPlace {
  std::optional<Timestamp> time;
  std::string account, address;
  EvidenceRef evidence;
};

/// What Sigma rules found, put together by rule, account and address. Bounded: of a rule kMostGroups are
/// described, more are counted.
class SigmaBook {
 public:
  static constexpr std::size_t kMostGroups = 500;
  static constexpr std::size_t kMostEvidence = 10;  ///< of a group

  void add(const sigma::About& about, SigmaPlace place);
  /// A correlation that came true, with the places it rests on.
  void add(const sigma::Correlation& correlation, const sigma::Fired& fired,
           const std::vector<SigmaPlace>& places);
  void tell(CaseFile& file);

 private:
  struct Group {
    std::uint64_t count = 0;
    std::optional<Timestamp> first, last;
    std::vector<EvidenceRef> evidence;
    std::string why;  ///< beside what the rule says
  };
  struct OfRule {
    const sigma::About* about = nullptr;
    std::map<std::pair<std::string, std::string>, Group> groups;  ///< by account and address
    std::uint64_t left_out = 0;
  };
  Group* group_of(const sigma::About& about, const std::string& account, const std::string& address);
  void add_evidence(Group& group, EvidenceRef evidence);

  std::map<std::string, OfRule> by_rule_;  ///< by the finding's rule
  std::size_t evidence_kept_ = 0, groups_ = 0;
};

/// "sigma.<id>", in the letters that a rule's id may have.
std::string sigma_rule_id(const sigma::About& about);

}  // namespace rescue::detect
