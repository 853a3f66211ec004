#pragma once

#include <string>
#include <vector>

#include "progress.hpp"
#include "rescue/base/result.hpp"
#include "rescue/detect/investigation.hpp"
#include "rescue/report/investigation_page.hpp"

namespace rescue::probe {

/// `rescue-probe investigate …` or `rescue-probe scan …` as given.
struct Options {
  std::string root;  ///< a server's disk; with investigation.loose a folder of evidence
  std::string out;
  std::string html;  ///< empty: none
  report::Language language = report::Language::kEnglish;
  std::string stats;                     ///< empty: none
  std::string sigma;                     ///< a folder of Sigma rules
  std::string package_cache;             ///< empty: none
  std::string rules;                     ///< folder of the user's own rules; empty: none
  std::string yara;                      ///< folder of YARA rules; empty: none
  std::uint64_t memory_bytes = 0;        ///< 0: no limit of our own
  bool live = false;                     ///< the root is the running server's own
  std::optional<Timestamp> clock;        ///< what the caller's clock said when it began
  std::optional<ProgressForm> progress;  ///< nothing: a terminal gets it
  detect::InvestigationOptions investigation;
};

/// From the arguments after "investigate" or "scan". kInvalid with a sentence for the user.
Result<Options> parse_options(const std::string& command, const std::vector<std::string>& arguments);

/// What --help prints.
const char* usage();

}  // namespace rescue::probe
