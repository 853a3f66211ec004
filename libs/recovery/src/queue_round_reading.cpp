#include <algorithm>
#include <charconv>

#include "queue_mail_system.hpp"
#include "queue_round.hpp"

namespace rescue::recovery {
namespace {

constexpr std::size_t kMostRoundBytes = std::size_t{1} << 30;
constexpr std::size_t kMostListBytes = 128 << 20;
constexpr std::size_t kMostCountBytes = 64 * 1024;

tl::unexpected<Error> corrupt(unsigned number) {
  return fail(ErrorCode::kCorrupt, "evidence-corrupt",
              RoundStore::name(number, ".jsonl") + " is not as it was written");
}

std::string text_of(const Json& json, const char* name) {
  const auto found = json.find(name);
  return found != json.end() && found->is_string() ? found->get<std::string>() : "";
}

std::uint64_t number_of(const std::string& text) {
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

/// Folders below a queue's own: no way out of it.
bool is_place(std::string_view place) {
  return place.size() <= 32 && place.find("..") == std::string_view::npos && !place.starts_with('/') &&
         std::ranges::all_of(place, [](char c) {
           return c == '/' || c == '_' || c == '-' || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
                  (c >= 'a' && c <= 'z');
         });
}

bool read_item(const Json& json, RoundItem& out) {
  const auto system = mail_system_from(text_of(json, "system"));
  const auto decision = text_of(json, "decision");
  const auto bytes = json.find("bytes");
  if (!bytes->is_number_unsigned() || !system) return false;
  out.system = *system;
  out.ref = {
      .id = text_of(json, "id"),
      .place = text_of(json, "place"),
      .mark = {.device = number_of(text_of(json, "device")), .inode = number_of(text_of(json, "inode"))}};
  out.bytes = bytes->get<std::uint64_t>();
  out.decision = decision == "purge" ? Decision::kPurge : Decision::kHold;
  out.keep = json.value("keep", Json()) == Json(true);
  out.was_held = json.value("was_held", Json()) == Json(true);
  out.sender = text_of(json, "sender");
  return is_message_id(out.system, out.ref.id) && is_place(out.ref.place);
}

std::string_view take_line(std::string_view& text) {
  const auto end = text.find('\n');
  const auto line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return line;
}

Result<Json> read_head(std::string_view line, unsigned number) {
  auto head = parse_json(line);
  if (!head || !head->is_object() || !head->contains("seconds") || !(*head)["seconds"].is_number_integer())
    return corrupt(number);
  return head;
}

}  // namespace

Result<std::int64_t> read_begun(const RoundStore& store, unsigned number) {
  constexpr std::size_t kHeadBytes = 1 << 20;  // as a request
  RESCUE_ASSIGN(const auto file, store.folder().open_file(RoundStore::name(number, ".jsonl")));
  std::string bytes(kHeadBytes, '\0');
  RESCUE_ASSIGN(const auto got, file.read_at(0, {bytes.data(), bytes.size()}));
  std::string_view text = std::string_view(bytes).substr(0, got);
  RESCUE_ASSIGN(const auto head, read_head(take_line(text), number));
  return head["seconds"].get<std::int64_t>();
}

Result<Round> read_round(const RoundStore& store, unsigned number) {
  RESCUE_ASSIGN(const auto bytes, store.folder().read(RoundStore::name(number, ".jsonl"), kMostRoundBytes));
  Round out;
  out.number = number;
  std::string_view rest = bytes;
  RESCUE_ASSIGN(const auto head, read_head(take_line(rest), number));
  out.kind = text_of(head, "kind") == "purge" ? RoundKind::kPurge : RoundKind::kHold;
  out.seconds = head["seconds"].get<std::int64_t>();
  out.job = text_of(head, "job");
  bool ended = false;
  while (!rest.empty() && !ended) {
    const auto line = take_line(rest);
    if (line.starts_with(R"({"sample")")) continue;
    const auto json = parse_json(line);
    if (!json || !json->is_object()) return corrupt(number);
    ended = json->contains("end");
    if (ended) break;
    RoundItem item;
    if (!json->contains("bytes") || !read_item(*json, item)) return corrupt(number);
    out.items.push_back(std::move(item));
  }
  if (!ended) return corrupt(number);
  if (const auto noted = store.folder().read(RoundStore::name(number, ".purged"), kMostListBytes)) {
    for (std::string_view list = *noted; !list.empty();) out.noted.emplace(take_line(list));
  }
  return out;
}

Result<RoundCounts> read_counts(const RoundStore& store, unsigned number) {
  RESCUE_ASSIGN(const auto bytes, store.folder().read(RoundStore::name(number, ".done"), kMostCountBytes));
  const auto json = parse_json(bytes);
  if (!json || !json->is_object()) return corrupt(number);
  const auto count = [&](const char* name) {
    const auto found = json->find(name);
    return found != json->end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
  };
  return RoundCounts{.judged = count("judged"),
                     .purged = count("purged"),
                     .left = count("left"),
                     .vanished = count("vanished"),
                     .to_hold = count("to_hold"),
                     .held = count("held"),
                     .hold_left = count("hold_left"),
                     .hold_vanished = count("hold_vanished"),
                     .kept = count("kept"),
                     .kept_bytes = count("kept_bytes")};
}

Status write_counts(const RoundStore& store, unsigned number, const RoundCounts& counts) {
  return store.folder().put(RoundStore::name(number, ".done"), dump_json(to_json(counts)));
}

}  // namespace rescue::recovery
