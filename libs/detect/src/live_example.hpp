#pragma once

#include <string>

#include "rescue/base/json.hpp"
#include "rescue/evidence/live_snapshot.hpp"

namespace rescue::detect {

/// A running server made for examples of rules and for tests, as its taker would have written it down:
/// {"processes": [{"pid", "parent", "uid", "exe", "name", "arguments", "fd", "environ", "maps", …}], "tcp":
/// [{"local", "peer", "state", "inode", "holder"}], "hidden": {pid: way}, "modules", "module_folders",
/// "mounts", "utmp", …}. It has run for a day.
std::string live_example(const Json& example);

/// The disk of such a server, as ExampleRoot::lay_out takes it: what `packaged` names, and the programs that
/// examples always have, come from a package; "files" are laid out as they are.
Json disk_of_live_example(const Json& example);

}  // namespace rescue::detect
