#include <algorithm>
#include <limits>
#include <tuple>

#include "document_parts.hpp"
#include "document_room.hpp"

namespace rescue::detect {
namespace {

std::string offset_text(std::int32_t seconds) {
  const auto minutes = std::abs(seconds) / 60;
  std::string text = seconds < 0 ? "-" : "+";
  for (const int part : {minutes / 60, minutes % 60}) {
    text += static_cast<char>('0' + part / 10);
    text += static_cast<char>('0' + part % 10);
    if (text.size() == 3) text += ':';
  }
  return text;
}

struct Entry {
  const Note* note;
  const Finding* finding;  ///< null: of none

  auto place() const { return std::tie(note->time, note->source, note->text); }
  std::size_t turn() const {
    return finding == nullptr ? std::numeric_limits<std::size_t>::max() : finding->turn;
  }
};

/// In the order of time, what two findings tell alike only once.
std::vector<Entry> entries_of(const CaseFile& file) {
  std::vector<Entry> entries;
  for (const auto& finding : file.findings) {
    for (const auto& note : finding.notes) entries.push_back({&note, &finding});
  }
  for (const auto& note : file.notes) entries.push_back({&note, nullptr});
  std::stable_sort(entries.begin(), entries.end(),
                   [](const Entry& a, const Entry& b) { return a.place() < b.place(); });
  entries.erase(std::unique(entries.begin(), entries.end(),
                            [](const Entry& a, const Entry& b) { return a.place() == b.place(); }),
                entries.end());
  return entries;
}

Json entry_json(const Entry& entry, const evidence::TimeZone& zone) {
  const auto& note = *entry.note;
  Json json{{"time", format_rfc3339(note.time)},
            {"utc_offset", offset_text(zone.offset_at(to_us(note.time) / 1'000'000))},
            {"text", clean(note.text, 600)},
            {"source", clean(note.source)}};
  if (entry.finding != nullptr) json["finding"] = entry.finding->id;
  return json;
}

}  // namespace

DocumentList timeline_list(const CaseFile& file, const evidence::TimeZone& zone) {
  const auto entries = entries_of(file);
  std::vector<std::size_t> line(entries.size());
  for (std::size_t i = 0; i < line.size(); ++i) line[i] = i;
  std::stable_sort(line.begin(), line.end(),
                   [&](std::size_t a, std::size_t b) { return entries[a].turn() < entries[b].turn(); });
  DocumentRoom room(kTimelineRoom);
  std::vector<Json> shown(entries.size());
  for (const auto index : line) {
    auto json = entry_json(entries[index], zone);
    if (room.take(json)) shown[index] = std::move(json);
  }
  DocumentList list;
  for (auto& json : shown) {
    if (!json.is_null()) list.items.push_back(std::move(json));
  }
  list.left_out = room.left_out();
  return list;
}

}  // namespace rescue::detect
