#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rescue::evidence {

/// Which part of an investigation runs.
enum class ReadPhase : std::uint32_t { kArtifacts, kFiles, kLogs, kReasoning };
std::string_view to_string(ReadPhase phase);

/// What each thread reads at the moment, and how far all of them are. Lies in memory that a parent shares
/// with its reading child, so that it can still be read when the child is dead: nothing in it points
/// anywhere, and zero bytes are a fresh one. Thread-safe; a dying thread may call blame().
class ReadBoard {
 public:
  /// The calling thread reads this file from now on, until it takes another one or a phase begins.
  void take_up(std::string_view path);
  /// The calling thread got `bytes` of it.
  void advance(std::uint64_t bytes);
  /// Something goes forward.
  void beat() { beats_.fetch_add(1, std::memory_order_relaxed); }
  /// No other thread runs now: all that was taken up is done.
  void begin_phase(ReadPhase phase);
  /// So much more will be read.
  void plan(std::uint64_t bytes) { planned_bytes_.fetch_add(bytes, std::memory_order_relaxed); }
  /// The calling thread is dying; the first one counts. Async-signal-safe.
  void blame();

  ReadPhase phase() const { return static_cast<ReadPhase>(phase_.load()); }
  std::uint64_t beats() const { return beats_.load(std::memory_order_relaxed); }
  std::uint64_t files() const { return files_.load(std::memory_order_relaxed); }
  std::uint64_t bytes() const { return bytes_.load(std::memory_order_relaxed); }
  std::uint64_t planned_bytes() const { return planned_bytes_.load(std::memory_order_relaxed); }
  /// What the thread that called blame() was reading; else what the only thread was reading; else empty. To
  /// be asked when no thread runs any more.
  std::string culprit() const;
  /// What each thread was reading where these are at most three; else nothing. To be asked as culprit() is.
  std::vector<std::string> held() const;

 private:
  /// Two for each of 64 jobs: merged logs and the others are read in one phase.
  static constexpr std::size_t kMostThreads = 136, kMostPathBytes = 4096;
  struct Slot {
    std::atomic<std::int32_t> thread;  ///< its kernel id; 0: nobody
    std::atomic<std::uint32_t> length;
    std::array<char, kMostPathBytes> path;
  };
  static_assert(std::atomic<std::uint64_t>::is_always_lock_free);
  /// The calling thread's slot; null when there are more threads than slots.
  Slot* own_slot(bool make);
  static std::string path_in(const Slot& slot);

  std::atomic<std::uint32_t> phase_;
  std::atomic<std::uint32_t> blamed_;  ///< index of the slot plus one
  std::atomic<std::uint64_t> beats_, files_, bytes_, planned_bytes_;
  std::array<Slot, kMostThreads> slots_;
};

}  // namespace rescue::evidence
