#pragma once

#include <string>
#include <vector>

#include "rescue/base/json.hpp"
#include "rescue/recovery/file_change.hpp"
#include "rescue/recovery/programs.hpp"

namespace rescue::recovery {

/// What is done after a step's files are in place: a program is run, or processes are ended. It can be done
/// twice.
struct Action {
  std::string why;  ///< "the mail server reads its settings again"
  std::string program = {};
  std::vector<std::string> arguments = {};
  bool on_undo = false;  ///< also after the files were put back
  /// In place of a program: processes that are ended or told, see processes.hpp.
  std::string ends = {};  ///< "of-user", "with-script", "smtp-sessions", "smtp-connections"; "reload-exim"
  std::string of = {};    ///< the user's id, the script's path
};

/// How the new files are tried before they are put in place.
enum class Check { kNone, kPostfix, kExim, kApache, kPhpFpm };

/// One step: files that change and what follows. It is done whole or not at all.
struct Step {
  std::string id;     ///< "close-relay", "suspend-account:sales"
  std::string title;  ///< for a person
  std::string why;
  Check check = Check::kNone;
  std::vector<FileChange> files = {};
  std::vector<Action> actions = {};
  std::vector<std::string> notes = {};  ///< what a person should know of it: what it does not reach
};

/// What has to be done by a person, and why.
struct Manual {
  std::string title;
  std::string why;
};

/// For a plan: without the files' content. `sha256` names exactly this step on these files.
Json describe(const Step& step);
std::string step_sha256(const Step& step);

/// Whole, for the book of steps; back again. kCorrupt ("record-damaged").
Json to_json(const Step& step);
Result<Step> step_from(const Json& json);

}  // namespace rescue::recovery
