#pragma once

namespace rescue {

/// Set by the programs of tests/failpoints only, before main(); null in those that are shipped, which hold no
/// code to fail with. True: fail here as the surrounding code says. It may also end or stop the process.
extern bool (*failpoint_hook)(const char* name);

/// A place where a crash must lose nothing: a commit, and each step by which a message or an answer travels.
/// `name` is "<part>.<step>.before", "….after" or "….sent", each at one place in the code, as a literal: the
/// proofs read the list from the sources (tests/e2e/failpoints.py), and tests/style/failpoints_test.py holds
/// every commit, publish, receive, acknowledge and answer against it. Thread-safe.
inline bool failpoint(const char* name) {
  return failpoint_hook != nullptr && failpoint_hook(name);
}

}  // namespace rescue
