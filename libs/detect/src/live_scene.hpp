#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "rescue/base/json.hpp"
#include "rescue/detect/case_file.hpp"
#include "rescue/evidence/live_state.hpp"

namespace rescue::detect {

/// Where a program lies, in the order of how odd that is.
enum class LivePlace { kUsual, kWeb, kTemporary, kHidden };

/// A running server beside its disk: what the judges of `live` ask again and again. Borrows; lives as long as
/// both do.
class LiveScene {
 public:
  using Process = evidence::LiveProcess;

  LiveScene(const evidence::LiveState& state, const Scene& disk, std::string own_folder);

  const evidence::LiveState& state;
  const Scene& disk;

  /// The probe itself, whom it was started by up to the log-in, and what lies in our folder.
  bool is_ours(const Process& process) const;
  /// Its files are those of the disk that is read: its program can be compared with packages.
  bool on_our_disk(const Process& process) const { return !process.other_root; }
  /// There is a data base of packages, and the process's program is not in it.
  bool is_foreign(const Process& process) const;
  bool is_foreign(std::string_view path) const;
  LivePlace place_of(std::string_view path) const;
  std::string account_of(const Process& process) const;
  const Process* process(std::int32_t pid) const;
  /// The nearest one above that is one of these programs; null: none.
  const Process* ancestor(const Process& process, const Json& programs) const;
  /// Who holds the socket or pipe.
  const std::vector<std::int32_t>& holders(std::uint64_t inode) const;
  /// Null: none of that number.
  const evidence::LiveSocket* socket(std::uint64_t inode) const;

 private:
  void find_ours();

  std::string own_folder_;
  std::set<std::int32_t> ours_;
  std::map<std::uint64_t, std::vector<std::int32_t>> holders_;
  std::map<std::uint64_t, const evidence::LiveSocket*> sockets_;
};

/// "a folder for temporary files"
std::string_view words_for(LivePlace place);
/// "apache2" of "/usr/sbin/apache2"
std::string_view program_name(std::string_view path);
/// The name is one of these, with a version behind it or without: "python3.11" is "python".
bool is_one_of(std::string_view name, const Json& names);
/// "198.51.100.7:4444"
std::string peer_of(const evidence::LiveSocket& socket);
std::string end_of(const evidence::LiveSocket& socket);
/// The command without what looks like a password in it.
std::string shown_command(const evidence::LiveProcess& process);

/// A finding about a process: its time is the process's start, its evidence what /proc says. `values` fill in
/// the rule's texts; {pid}, {program}, {command} and {account} are given.
Finding live_finding(const Rule& rule, const LiveScene& scene, const evidence::LiveProcess& process,
                     std::map<std::string, std::string> values = {});
/// One about the server as a whole; its evidence is a line of this file.
Finding live_finding(const Rule& rule, const LiveScene& scene, const std::string& file,
                     const std::string& excerpt, const std::map<std::string, std::string>& values);

// The judges, one file each.
void judge_names(const LiveScene& scene, CaseFile& file);
void judge_programs(const LiveScene& scene, CaseFile& file);
void judge_behaviour(const LiveScene& scene, CaseFile& file);
void judge_code(const LiveScene& scene, CaseFile& file);
void judge_network(const LiveScene& scene, CaseFile& file);
void judge_system(const LiveScene& scene, CaseFile& file);
void judge_sessions(const LiveScene& scene, CaseFile& file);
/// What cannot be told of this server.
void tell_live_gaps(const LiveScene& scene, CaseFile& file);

/// The document's `live`.
Json live_section(const LiveScene& scene, const std::optional<Timestamp>& caller_clock);

}  // namespace rescue::detect
