#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rescue/evidence/gap.hpp"

namespace rescue::evidence {

/// Puts texts into a piece of memory as they are taken, one whole record after another, so that what was
/// taken can be read even where the taker is ended in the middle: each record counts once it is complete.
/// `used` lies beside the memory and is where a reader may read to. Borrowed. One thread.
class LiveWriter {
 public:
  LiveWriter(std::span<char> memory, std::uint64_t& used) : memory_(memory), used_(&used) {}

  /// A text that stands at `path`, "/proc/1/status"; `cut` where there was more. False, and counted, where
  /// there is no more room.
  bool text(std::string_view path, std::string_view bytes, bool cut = false);
  /// What a link says.
  bool link(std::string_view path, std::string_view target);
  /// What could not be taken: the path and the reason.
  bool missing(std::string_view path, std::string_view reason);
  std::uint64_t left_out() const { return left_out_; }

 private:
  bool put(char kind, std::string_view path, std::string_view bytes);

  std::span<char> memory_;
  std::uint64_t* used_;
  std::uint64_t left_out_ = 0;
};

/// The raw texts of a running server, taken at one moment: of /proc and /sys, and the record of who is logged
/// in. They are as hostile as a disk; nothing is understood here. Views live as long as the bytes do.
class LiveSnapshot {
 public:
  struct Item {
    std::string_view bytes;
    bool cut = false;
  };

  LiveSnapshot() = default;
  /// What a LiveWriter wrote. Bytes that are no record end it, with a gap.
  static LiveSnapshot decode(std::string_view bytes, Gaps& gaps);

  /// Nothing where no such text was taken.
  const Item* text(std::string_view path) const;
  std::string_view bytes(std::string_view path) const;
  std::optional<std::string_view> link(std::string_view path) const;
  /// The numbers below a folder in which there is something, sorted: of "/proc/" the processes.
  std::vector<std::int32_t> numbers_below(std::string_view folder) const;
  bool empty() const { return texts_.empty() && links_.empty(); }

 private:
  std::map<std::string_view, Item> texts_;
  std::map<std::string_view, std::string_view> links_;
};

/// Texts that the taker makes itself.
namespace live_path {
constexpr std::string_view kTaken = "live/taken";    ///< "name value" lines: time_us, pid, effective_uid …
constexpr std::string_view kHidden = "live/hidden";  ///< "pid way": processes that /proc's list leaves out
constexpr std::string_view kModules = "live/modules";      ///< names below /sys/module of what was loaded
constexpr std::string_view kLinks = "live/links";          ///< "name flags member" of each network interface
constexpr std::string_view kDiagnosis = "live/diagnosis";  ///< of sockets, as the kernel's messages come
constexpr std::string_view kDiagnosisAgain = "again/diagnosis";
constexpr std::string_view kPins = "live/bpf";  ///< names below /sys/fs/bpf
}  // namespace live_path

}  // namespace rescue::evidence
