#include "rescue/recovery/file_change.hpp"

#include <algorithm>
#include <vector>

#include "rescue/base/base64.hpp"
#include "rescue/base/sha256.hpp"

namespace rescue::recovery {
namespace {

constexpr std::size_t kShownLinesMax = 40, kShownBytesMax = 400;
constexpr mode_t kPermissions = 07777;

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

/// The stretch that differs, each line with its sign: edits here are few and near each other.
Json shown_lines(const FileChange& change) {
  const auto before = lines_of(change.before ? std::string_view(change.before->bytes) : "");
  const auto after = lines_of(change.after ? std::string_view(change.after->bytes) : "");
  const auto most = std::min(before.size(), after.size());
  std::size_t head = 0, tail = 0;
  while (head < most && before[head] == after[head]) ++head;
  while (tail < most - head && before[before.size() - 1 - tail] == after[after.size() - 1 - tail]) ++tail;
  Json shown = Json::array();
  const auto add = [&](char sign, const std::vector<std::string_view>& lines) {
    for (std::size_t i = head; i + tail < lines.size() && shown.size() < kShownLinesMax; ++i) {
      shown.push_back(sign + std::string(lines[i].substr(0, kShownBytesMax)));
    }
  };
  add('-', before);
  add('+', after);
  return shown;
}

Json state_json(const FileState& state) {
  Json attributes = Json::object();
  for (const auto& [name, value] : state.attributes) attributes[name] = encode_base64(value);
  return {{"bytes", encode_base64(state.bytes)},
          {"mode", state.mode},
          {"uid", state.uid},
          {"gid", state.gid},
          {"mtime_ns", state.mtime_ns},
          {"attributes", std::move(attributes)}};
}

Result<FileState> state_from(JsonReader in) {
  constexpr std::size_t kMost = 64 << 20;
  FileState state;
  const auto bytes = in.text("bytes", {.min_bytes = 0, .max_bytes = kMost});
  state.mode = static_cast<mode_t>(in.integer("mode", 0, kPermissions));
  state.uid = static_cast<uid_t>(in.integer("uid", 0, UINT32_MAX));
  state.gid = static_cast<gid_t>(in.integer("gid", 0, UINT32_MAX));
  state.mtime_ns = in.integer("mtime_ns", 0, INT64_MAX);
  const Json* attributes = in.raw("attributes");
  RESCUE_TRY(in.done());
  RESCUE_ASSIGN(state.bytes, decode_base64(bytes));
  if (attributes == nullptr || !attributes->is_object()) return state;
  for (const auto& [name, value] : attributes->items()) {
    if (!value.is_string()) continue;
    RESCUE_ASSIGN(state.attributes[name], decode_base64(value.get_ref<const std::string&>()));
  }
  return state;
}

Json told_state(const std::optional<FileState>& state) {
  if (!state) return nullptr;
  return {{"sha256", sha256_hex(state->bytes)},
          {"bytes", state->bytes.size()},
          {"mode", state->mode},
          {"uid", state->uid},
          {"gid", state->gid}};
}

tl::unexpected<Error> damaged(const std::string& what) {
  return fail(ErrorCode::kCorrupt, "record-damaged", "the record of a step: " + what);
}

}  // namespace

bool same(const std::optional<FileState>& a, const std::optional<FileState>& b) {
  if (!a || !b) return a.has_value() == b.has_value();
  return a->mode == b->mode && a->uid == b->uid && a->gid == b->gid && a->bytes == b->bytes;
}

Json describe(const FileChange& change) {
  Json out{{"path", change.path}, {"before", told_state(change.before)}, {"after", told_state(change.after)}};
  if (!change.secret && change.after) out["lines"] = shown_lines(change);
  return out;
}

Json to_json(const FileChange& change) {
  return {{"path", change.path},
          {"before", change.before ? state_json(*change.before) : Json()},
          {"after", change.after ? state_json(*change.after) : Json()},
          {"secret", change.secret},
          {"by_line", change.by_line},
          {"kept_while", change.kept_while}};
}

Result<FileChange> file_change_from(const Json& json) {
  JsonReader in(json);
  FileChange change;
  change.path = in.text("path", {.max_bytes = 4096});
  change.secret = in.boolean("secret", true);
  change.by_line = in.boolean("by_line", false);
  change.kept_while = in.optional_text("kept_while", {.min_bytes = 0, .max_bytes = 4096}).value_or("");
  for (auto* side : {&change.before, &change.after}) {
    const char* name = side == &change.before ? "before" : "after";
    const Json* state = in.raw(name);
    if (state == nullptr || state->is_null()) continue;
    auto read = state_from(JsonReader(*state));
    if (!read) return damaged(read.error().detail);
    *side = *std::move(read);
  }
  if (const auto done = in.done(); !done) return damaged(done.error().detail);
  if (!change.path.starts_with('/')) return damaged("a path that is not absolute");
  return change;
}

}  // namespace rescue::recovery
