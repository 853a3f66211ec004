#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "rescue/config/source.hpp"
#include "rescue/net/address.hpp"
#include "rescue/service/service.hpp"

namespace rescue::worker {

/// What one run of the probe may use.
struct ProbeLimits {
  std::chrono::seconds wall{1'800};
  std::chrono::seconds cpu{3'600};
  std::uint64_t memory_bytes = 2ULL << 30U;   ///< address space; 0: no limit
  std::uint64_t output_bytes = 64ULL << 20U;  ///< of the document, and of any file it writes
};

/// How complaints are looked at from outside.
struct OutsideSettings {
  net::Networks allow;              ///< beside the public internet
  std::string helo;                 ///< what we call ourselves
  std::string sender;               ///< a mailbox of the provider's, elsewhere than its customers' servers
  std::string recipient;            ///< another, at another domain
  int redirects_max = 0;            ///< at the same host only
  std::chrono::seconds whole{180};  ///< for all complaints of a job
};

struct Config {
  service::ServiceConfig service;
  std::string probe_path;
  std::string responder_path;  ///< sent to running servers whose mail is abused
  ProbeLimits investigation;
  ProbeLimits precheck;
  OutsideSettings outside;
  std::string disks_dir;     ///< <disks_dir>/<server_id>/ is that server's disk, mounted read-only
  std::string evidence_dir;  ///< created when missing
  std::size_t concurrency = 1;
  /// Access may lead to any public address where the contract names none of the server's.
  bool allow_unknown_address = false;
  std::chrono::seconds ssh_silence{60};  ///< after so much of it a line to a running server counts as cut
  std::string sealing_keyring;           ///< the secret keys, mode 0600; empty: no access can be opened
};

/// Every fault at once: kInvalid.
Result<Config> read_config(config::Source& source);

}  // namespace rescue::worker
