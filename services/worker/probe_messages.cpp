#include "probe_messages.hpp"

#include <algorithm>

namespace rescue::worker {
namespace {

constexpr std::size_t kTotalBytesMax = 64 * 1024;
constexpr std::size_t kLineBytesMax = 1'000;

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
  const auto number = [&](const char* name) {
    constexpr std::int64_t kMost = 1LL << 53;  // what every reader of JSON can hold
    const auto& progress = told->at("progress");
    const auto at = progress.find(name);
    return at != progress.end() && at->is_number_unsigned() ? std::min(at->get<std::int64_t>(), kMost) : 0;
  };
  const auto bytes = std::max<std::int64_t>(0, number("bytes"));
  progress_ = ProbeProgress{bytes, std::max(bytes, number("planned_bytes"))};
  taken_bytes_ -= std::min(taken_bytes_, line_.size() + 1);
  line_.clear();
  return true;
}

}  // namespace rescue::worker
