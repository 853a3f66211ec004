#include "plan_parts.hpp"

namespace rescue::recovery {

FileChange changed(const std::string& path, const FileState& before, std::string bytes) {
  FileChange change{.path = path, .before = before, .after = before};
  change.after->bytes = std::move(bytes);
  change.after->mtime_ns = 0;
  return change;
}

FileChange created(const std::string& path, std::string bytes) {
  return {.path = path, .after = FileState{.bytes = std::move(bytes), .mode = 0644}};
}

Action end_sessions_of_before() {
  return {.why =
              "the mail server's sessions from outside end, which go on with the settings that they began "
              "with; other clients come again",
          .ends = "smtp-connections"};
}

}  // namespace rescue::recovery
