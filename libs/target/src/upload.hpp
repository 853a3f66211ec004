#pragma once

#include "rescue/target/ssh_target.hpp"
#include "ssh_channel.hpp"

namespace rescue::target {

/// A shell at the server, as root where sudo gives that, that has taken its place and runs the keeper; what
/// comes on the channel from now on are the keeper's frames.
Result<std::unique_ptr<SshChannel>> place_keeper(SshConnection& connection, const seal::Access& access,
                                                 const ProgramRun& run);

}  // namespace rescue::target
