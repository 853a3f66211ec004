#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "rescue/evidence/gap.hpp"
#include "rescue/evidence/safe_root.hpp"

namespace rescue::recovery {

/// What main.cf says of where queue files lie (postconf(5)).
struct PostfixQueueSettings {
  std::string folder = "/var/spool/postfix";
  std::vector<std::string> hashed = {"deferred", "defer"};
  unsigned depth = 1;
};
/// Other instances (multi_instance_directories) and settings with $names are gaps.
PostfixQueueSettings read_postfix_queue_settings(const evidence::SafeRoot& root, evidence::Gaps& gaps);

/// "hold", "deferred/A": where a message of this name lies in this queue.
std::string postfix_place(const PostfixQueueSettings& settings, std::string_view queue, std::string_view id);
bool is_postfix_id(std::string_view name);
/// The name that a queue file must have for its inode, from the one it had: the time's part stays (postsuper
/// -s).
std::string postfix_id_for(std::string_view id, std::uint64_t inode);

}  // namespace rescue::recovery
