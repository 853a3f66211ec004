#pragma once

#include <optional>
#include <string>

#include "rescue/recovery/postfix_relay.hpp"
#include "rescue/recovery/response_plan.hpp"

namespace rescue::recovery {

/// Postfix as it runs on a server: its settings' files, and what its own programs say.
struct PostfixServer {
  FileState main_cf, master_cf;
  evidence::PostfixConfig config;
  PostfixFacts facts;  ///< borrows the server
  std::string version;
};

/// Nothing where there is no postfix. Errors of the files (a main.cf that is a link).
Result<std::optional<PostfixServer>> read_postfix(const LiveServer& server);
/// postconf(1)'s value of a setting; nothing where it cannot be asked, or its answer is
/// no plain list of words.
std::optional<std::string> postconf(const LiveServer& server, const std::string& name);
/// The action that makes it read its settings.
Action reload_postfix();

/// Addresses of this machine's interfaces as single hosts, and the networks of its own private bridges, in
/// the form of mynetworks.
std::vector<std::string> own_networks();

}  // namespace rescue::recovery
