#pragma once

namespace rescue::service {

/// Blocks SIGTERM and SIGINT in this thread and those it starts later, so that only `wait_for_termination`
/// takes them; ignores SIGPIPE. Call it before any thread is started. Child programs inherit the mask and
/// must set their own.
void block_termination_signals();
/// Returns the number of the signal that came.
int wait_for_termination();

}  // namespace rescue::service
