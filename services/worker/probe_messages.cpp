#include "probe_messages.hpp"

#include <algorithm>

namespace rescue::worker {
namespace {

constexpr std::size_t kTotalBytesMax = 64 * 1024;
constexpr std::size_t kLineBytesMax = 1'000;

/// A count, or 0 where there is none.
std::int64_t number_in(const Json& object, const char* name) {
  constexpr std::uint64_t kMost = 1ULL << 53U;  // what every reader of JSON can hold
  const auto at = object.find(name);
  if (at == object.end() || !at->is_number_unsigned()) return 0;
  return static_cast<std::int64_t>(std::min(at->get<std::uint64_t>(), kMost));
}

std::optional<FindingCounts> findings_in(const Json& progress) {
  const auto at = progress.find("findings");
  if (at == progress.end() || !at->is_object()) return std::nullopt;
  return FindingCounts{number_in(*at, "critical"), number_in(*at, "high"), number_in(*at, "medium"),
                       number_in(*at, "low"), number_in(*at, "info")};
}

}  // namespace

void ProbeMessages::finish() {
  end_line();
  if (taken_bytes_ > kTotalBytesMax) {
    Json fields = fields_;
    fields["dropped_bytes"] = taken_bytes_ - kTotalBytesMax;
    log_->warn("probe.messages_cut", fields);
  }
}

// Everything is read, so that the child never blocks on a full pipe; only the first part is kept.
void ProbeMessages::take(std::string_view bytes) {
  for (const char c : bytes) {
    if (taken_bytes_++ >= kTotalBytesMax) continue;
    if (c == '\n') {
      end_line();
    } else if (line_.size() < kLineBytesMax) {
      line_ += c;
    }
  }
}

void ProbeMessages::end_line() {
  if (line_.empty() || is_progress()) return;
  Json fields = fields_;
  fields["text"] = line_;
  log_->info("probe.message", fields);
  last_line_ = std::exchange(line_, {});
}

bool ProbeMessages::is_progress() {
  if (!line_.starts_with(R"({"progress":)")) return false;
  const auto told = parse_json(line_);
  if (!told || !told->at("progress").is_object()) return false;
  const auto& progress = told->at("progress");
  const auto bytes = number_in(progress, "bytes");
  progress_ =
      ProbeProgress{bytes, std::max(bytes, number_in(progress, "planned_bytes")), findings_in(progress)};
  taken_bytes_ -= std::min(taken_bytes_, line_.size() + 1);
  line_.clear();
  return true;
}

}  // namespace rescue::worker
