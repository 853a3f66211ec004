#pragma once

#include <chrono>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "rescue/detect/live.hpp"
#include "rescue/evidence/gap.hpp"
#include "rescue/evidence/live_take.hpp"

namespace rescue::probe {

/// Memory shared with children; gone with the object. Zero bytes at first.
class SharedMemory {
 public:
  /// Throws std::system_error when there is none to have.
  explicit SharedMemory(std::size_t bytes);
  SharedMemory(SharedMemory&& other) noexcept;
  SharedMemory& operator=(SharedMemory&&) = delete;
  ~SharedMemory();
  char* data() const { return data_; }
  std::size_t size() const { return size_; }

 private:
  char* data_ = nullptr;
  std::size_t size_ = 0;
};

/// What the child does: fills the memory and gives kDone or kFailed.
using LiveTaker =
    std::function<int(const evidence::LiveTaking& how, std::span<char> memory, std::uint64_t& used)>;

/// How a running server is looked at.
struct LiveTakingPlan {
  std::string root = "/";                     ///< below it lie proc and sys
  std::chrono::milliseconds patience{5'000};  ///< for one text that does not come
  std::chrono::milliseconds most_in_all{90'000};
  std::size_t most_bytes = 64U << 20U;
  LiveTaker take = {};  ///< empty: shuts itself in and takes what is there
};

/// What was taken of the running server, and what could not be.
struct TakenLive {
  SharedMemory memory;
  std::uint64_t used = 0;
  std::chrono::milliseconds took{0};
  evidence::Gaps gaps;
  std::string own_folder, own_program;  ///< as below
  std::string_view bytes() const { return {memory.data(), static_cast<std::size_t>(used)}; }
};

/// Takes the volatile evidence in a child of its own, which may see all processes and the network's tables,
/// and otherwise do nothing: no new program, no socket, nothing opened for writing (it is understood by
/// another child, behind all walls). A text that does not come is left out, which is a gap, and all is taken
/// again.
TakenLive take_live_evidence(const LiveTakingPlan& plan);

/// The folder that this program lies in where that is a private one (of mode 0700, of our own account), as it
/// is made for programs that are sent to a server; empty otherwise.
std::string own_private_folder();
/// The file of this program; empty where it cannot be told.
std::string own_program();

}  // namespace rescue::probe
