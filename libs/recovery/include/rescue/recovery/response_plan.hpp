#pragma once

#include <string>
#include <vector>

#include "rescue/recovery/server_files.hpp"
#include "rescue/recovery/step.hpp"

namespace rescue::recovery {

/// One way in which mail was abused, as an investigation found it.
struct Way {
  std::string way;                          ///< "open_relay", "abused_account", "abused_script"
  std::string account = {};                 ///< that logged in, or whose processes sent
  std::string script = {};                  ///< absolute path
  std::vector<std::string> addresses = {};  ///< of those who abused it
};
/// From {"way", "account"?, "script"?, "addresses"?}. kInvalid with the field.
Result<Way> way_from(const Json& json, const std::string& pointer);

/// What would be done, what is done already, and what a person has to do.
struct ResponsePlan {
  std::vector<Step> steps = {};
  std::vector<std::string> already = {};  ///< one sentence each
  std::vector<Manual> manual = {};
  bool relay_open = false;  ///< strangers are let in, and no step closes that
};
/// With a hash over all of it, and as a text for a person.
Json describe(const ResponsePlan& plan);

/// The server as plans see it. Borrowed.
struct LiveServer {
  const ServerFiles& files;
  const RunProgram& run;
};

/// Changes nothing of the server's own. Ways that the server does not show (the relay is closed, the account
/// is gone) give no step and a sentence in `already`. One file is in one step only: what else has to change
/// in it comes with the next plan, after that step.
ResponsePlan plan_response(const LiveServer& server, const std::vector<Way>& ways);

// The ways one by one, each in a file of its own; they add to `plan`.
void plan_postfix_relay(const LiveServer& server, ResponsePlan& plan);

}  // namespace rescue::recovery
