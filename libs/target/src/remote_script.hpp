#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "rescue/seal/access.hpp"

namespace rescue::target {

/// The command that sshd is asked for: whatever the account's shell is, a POSIX shell that says `mark` on
/// stdout and then takes one line of stdin for its script; by sudo where the access says so, which asks for
/// its password with `prompt`.
std::string opening_command(seal::Sudo sudo, const std::string& mark, const std::string& prompt);

/// What the script is told.
struct ScriptWish {
  std::string job;
  std::string nonce;
  std::size_t keeper_bytes = 0;
  std::chrono::seconds patience{60};  ///< a keeper that did not arrive within it is given up
  std::chrono::seconds silence{60};
  std::vector<std::string> without;  ///< places that turned out to be of no use
};

/// One line of shell that finds a place for the keeper, takes it, tells its SHA-256 and runs it. It removes
/// what earlier runs left, and its own folder however it ends. On stdout it says, a line each:
///   machine <system> <processor>
///   no <write|room|run> <place>     for each place that will not do
///   none                            and ends: no place would do
///   send <folder>                   and waits for the keeper's bytes
///   short                           and ends: they did not fit
///   sum <hex>                       empty where it has no program for that; waits for "back" (it sends what
///   lies
///                                   there and asks again), "go" (it runs the keeper) or another word (it
///                                   ends)
std::string place_script(const ScriptWish& wish);

}  // namespace rescue::target
