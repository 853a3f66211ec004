#include "rescue/evidence/live_snapshot.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>

namespace rescue::evidence {
namespace {

/// What stands before each record; never leaves the machine, so in its own order of bytes.
struct Head {
  char kind = 0;
  std::uint32_t path_bytes = 0;
  std::uint32_t text_bytes = 0;
};
constexpr std::size_t kHeadBytes = 9, kMostPathBytes = 4096;

constexpr char kText = 'T', kCutText = 'C', kLink = 'L', kMissing = 'M';

Head head_at(std::string_view bytes) {
  Head head;
  head.kind = bytes[0];
  std::memcpy(&head.path_bytes, bytes.data() + 1, sizeof(head.path_bytes));
  std::memcpy(&head.text_bytes, bytes.data() + 5, sizeof(head.text_bytes));
  return head;
}

constexpr std::string_view kPrevents = "seeing what runs on the server";

}  // namespace

bool LiveWriter::put(char kind, std::string_view path, std::string_view bytes) {
  const auto size = kHeadBytes + path.size() + bytes.size();
  if (path.size() > kMostPathBytes || memory_.size() - *used_ < size) {
    ++left_out_;
    return false;
  }
  char* at = memory_.data() + *used_;
  const auto path_bytes = static_cast<std::uint32_t>(path.size());
  const auto text_bytes = static_cast<std::uint32_t>(bytes.size());
  *at = kind;
  std::memcpy(at + 1, &path_bytes, sizeof(path_bytes));
  std::memcpy(at + 5, &text_bytes, sizeof(text_bytes));
  std::memcpy(at + kHeadBytes, path.data(), path.size());
  if (!bytes.empty()) std::memcpy(at + kHeadBytes + path.size(), bytes.data(), bytes.size());
  // Only now: whoever is ended before this line wrote nothing.
  __atomic_store_n(used_, *used_ + size, __ATOMIC_RELEASE);
  return true;
}

bool LiveWriter::text(std::string_view path, std::string_view bytes, bool cut) {
  return put(cut ? kCutText : kText, path, bytes);
}
bool LiveWriter::link(std::string_view path, std::string_view target) {
  return put(kLink, path, target);
}
bool LiveWriter::missing(std::string_view path, std::string_view reason) {
  return put(kMissing, path, reason);
}

LiveSnapshot LiveSnapshot::decode(std::string_view bytes, Gaps& gaps) {
  LiveSnapshot out;
  while (!bytes.empty()) {
    const auto head = bytes.size() < kHeadBytes ? Head{} : head_at(bytes);
    const auto rest = bytes.substr(std::min(bytes.size(), kHeadBytes));
    if (head.path_bytes > kMostPathBytes || rest.size() < head.path_bytes ||
        rest.size() - head.path_bytes < head.text_bytes || head.kind == 0) {
      gaps.push_back({.path = "/proc",
                      .reason = "what was taken of the running server is damaged from here on",
                      .prevents = std::string(kPrevents),
                      .grave = true});
      break;
    }
    const auto path = rest.substr(0, head.path_bytes);
    const auto text = rest.substr(head.path_bytes, head.text_bytes);
    bytes = rest.substr(std::size_t{head.path_bytes} + head.text_bytes);
    if (head.kind == kText || head.kind == kCutText) out.texts_[path] = {text, head.kind == kCutText};
    if (head.kind == kLink) out.links_[path] = text;
    if (head.kind == kMissing)
      gaps.push_back(
          {.path = std::string(path), .reason = std::string(text), .prevents = std::string(kPrevents)});
  }
  return out;
}

const LiveSnapshot::Item* LiveSnapshot::text(std::string_view path) const {
  const auto at = texts_.find(path);
  return at == texts_.end() ? nullptr : &at->second;
}

std::string_view LiveSnapshot::bytes(std::string_view path) const {
  const auto* item = text(path);
  return item == nullptr ? std::string_view() : item->bytes;
}

std::optional<std::string_view> LiveSnapshot::link(std::string_view path) const {
  const auto at = links_.find(path);
  if (at == links_.end()) return std::nullopt;
  return at->second;
}

std::vector<std::int32_t> LiveSnapshot::numbers_below(std::string_view folder) const {
  std::vector<std::int32_t> numbers;
  const auto take_from = [&](const auto& map) {
    for (auto at = map.lower_bound(folder); at != map.end() && at->first.starts_with(folder); ++at) {
      const auto rest = at->first.substr(folder.size());
      std::int32_t number = 0;
      const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
      if (error == std::errc() && number > 0 && end != rest.data() + rest.size() && *end == '/' &&
          (numbers.empty() || numbers.back() != number))
        numbers.push_back(number);
    }
  };
  take_from(texts_);
  take_from(links_);
  std::sort(numbers.begin(), numbers.end());
  numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
  return numbers;
}

}  // namespace rescue::evidence
