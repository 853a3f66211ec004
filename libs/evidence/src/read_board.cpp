#include "rescue/evidence/read_board.hpp"

#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>

namespace rescue::evidence {
namespace {

// Kept per thread would be faster, but a forked child's first thread would inherit its parent's.
std::int32_t thread_id() {
  return static_cast<std::int32_t>(::syscall(SYS_gettid));
}

}  // namespace

std::string_view to_string(ReadPhase phase) {
  switch (phase) {
    case ReadPhase::kArtifacts:
      return "artifacts";
    case ReadPhase::kFiles:
      return "files";
    case ReadPhase::kLogs:
      return "logs";
    case ReadPhase::kReasoning:
      return "reasoning";
  }
  return "";
}

ReadBoard::Slot* ReadBoard::own_slot(bool make) {
  const auto id = thread_id();
  for (auto& slot : slots_) {
    std::int32_t holder = slot.thread.load();
    if (holder == id) return &slot;
    if (holder != 0) continue;
    // Slots are taken from the front and given back all at once: the first free one ends the search.
    if (!make) return nullptr;
    if (slot.thread.compare_exchange_strong(holder, id)) return &slot;
  }
  return nullptr;
}

void ReadBoard::take_up(std::string_view path) {
  files_.fetch_add(1, std::memory_order_relaxed);
  beat();
  auto* slot = own_slot(true);
  if (slot == nullptr) return;
  const auto size = std::min(path.size(), kMostPathBytes);
  slot->length.store(0);
  std::copy_n(path.data(), size, slot->path.data());
  slot->length.store(static_cast<std::uint32_t>(size));
}

void ReadBoard::advance(std::uint64_t bytes) {
  bytes_.fetch_add(bytes, std::memory_order_relaxed);
  beat();
}

void ReadBoard::begin_phase(ReadPhase phase) {
  for (auto& slot : slots_) {
    slot.length.store(0);
    slot.thread.store(0);
  }
  phase_.store(static_cast<std::uint32_t>(phase));
  beat();
}

void ReadBoard::blame() {
  const auto* slot = own_slot(false);
  if (slot == nullptr) return;
  std::uint32_t nobody = 0;
  blamed_.compare_exchange_strong(nobody, static_cast<std::uint32_t>(slot - slots_.data()) + 1);
}

std::string ReadBoard::path_in(const Slot& slot) {
  // The child may have been made to write anything here.
  return {slot.path.data(), std::min<std::size_t>(slot.length.load(), kMostPathBytes)};
}

std::string ReadBoard::culprit() const {
  if (const auto blamed = blamed_.load(); blamed > 0 && blamed <= slots_.size())
    return path_in(slots_[blamed - 1]);
  const auto holders =
      std::count_if(slots_.begin(), slots_.end(), [](const Slot& s) { return s.thread.load() != 0; });
  return holders == 1 ? path_in(slots_.front()) : "";
}

std::vector<std::string> ReadBoard::held() const {
  constexpr std::size_t kMost = 3;
  std::vector<std::string> paths;
  for (const auto& slot : slots_) {
    if (slot.thread.load() != 0) paths.push_back(path_in(slot));
  }
  return paths.size() <= kMost ? paths : std::vector<std::string>();
}

}  // namespace rescue::evidence
