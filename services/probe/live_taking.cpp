#include "live_taking.hpp"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <new>
#include <set>
#include <system_error>

#include "app.hpp"
#include "reading_child.hpp"
#include "sandbox.hpp"
#include "supervision.hpp"

namespace rescue::probe {
namespace {

using evidence::ReadBoard;
using SteadyTime = std::chrono::steady_clock::time_point;

constexpr std::chrono::milliseconds kGlance{100};

/// In the child.
int shut_in_and_take(evidence::LiveTaking how, std::span<char> memory, std::uint64_t& used) {
  const auto channel = evidence::open_socket_diagnosis();
  how.socket_diagnosis = channel.get();
  if (how.root == "/") enter_live_sandbox();
  evidence::LiveWriter writer(memory, used);
  return evidence::take_live(how, writer) ? kDone : kFailed;
}

struct End {
  ChildEnd child;
  bool over_time = false;
};

End attend(ReadingChild& child, const ReadBoard& board, const LiveTakingPlan& plan, SteadyTime until) {
  auto heard = board.beats();
  std::chrono::milliseconds silence{0};
  while (!child.ends_within(kGlance)) {
    silence += kGlance;
    if (const auto beats = board.beats(); beats != heard) {
      heard = beats;
      silence = std::chrono::milliseconds{0};
    }
    const bool over = std::chrono::steady_clock::now() >= until;
    if (over || silence >= plan.patience) return {child.end(true), over};
  }
  return {child.end(false), false};
}

evidence::Gap did_not_come(const std::string& path, const ChildEnd& end) {
  return {
      .path = path,
      .reason = end.hung ? "it did not come when it was asked for" : "the process that takes it died of it",
      .prevents = "seeing what runs on the server",
      .grave = true};
}

std::string path_of(const ReadBoard& board) {
  auto path = board.culprit();
  if (!path.empty()) return path;
  const auto held = board.held();
  return held.empty() ? "" : held.front();
}

}  // namespace

SharedMemory::SharedMemory(std::size_t bytes) : size_(bytes) {
  void* memory =
      ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) throw std::system_error(errno, std::generic_category(), "mmap");
  data_ = static_cast<char*>(memory);
}

SharedMemory::SharedMemory(SharedMemory&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

SharedMemory::~SharedMemory() {
  if (data_ != nullptr) ::munmap(data_, size_);
}

TakenLive take_live_evidence(const LiveTakingPlan& plan) {
  TakenLive taken{.memory = SharedMemory(plan.most_bytes),
                  .gaps = {},
                  .own_folder = own_private_folder(),
                  .own_program = own_program()};
  const auto begun = std::chrono::steady_clock::now();
  const auto until = begun + plan.most_in_all;
  const SharedMemory count(sizeof(std::uint64_t));
  auto& used = *new (count.data()) std::uint64_t{0};
  std::set<std::string> skip;
  constexpr int kMostTries = 8;
  for (int tried = 0; tried < kMostTries; ++tried) {
    const SharedMemory place(sizeof(ReadBoard));
    auto& board = *new (place.data()) ReadBoard{};
    used = 0;
    const evidence::LiveTaking how{.root = plan.root,
                                   .effective_uid = ::geteuid(),
                                   .own_pid = ::getpid(),
                                   .skip = skip,
                                   .answers = evidence::kernel_knows,
                                   .on_take = [&](std::string_view path) { board.take_up(path); }};
    const std::span<char> memory(taken.memory.data(), taken.memory.size());
    ReadingChild child(board, [&] {
      return plan.take ? plan.take(how, memory, used) : shut_in_and_take(how, memory, used);
    });
    const auto end = attend(child, board, plan, until);
    taken.used = used;
    if (end.child.signal == 0 && !end.over_time) {
      if (end.child.code != kDone)
        taken.gaps.push_back({.path = "/proc",
                              .reason = "what runs could not be taken (the server has no /proc, or an error)",
                              .prevents = "seeing what runs on the server",
                              .grave = true});
      break;
    }
    const auto path = path_of(board);
    taken.gaps.push_back(did_not_come(path.empty() ? "/proc" : path, end.child));
    if (end.over_time || path.empty() || !skip.insert(path).second) break;
  }
  ::mprotect(taken.memory.data(), taken.memory.size(), PROT_READ);
  taken.took =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begun);
  return taken;
}

std::string own_program() {
  std::array<char, 4096> path;
  const auto size = ::readlink("/proc/self/exe", path.data(), path.size());
  return size > 0 ? std::string(path.data(), static_cast<std::size_t>(size)) : "";
}

std::string own_private_folder() {
  const auto program = own_program();
  const auto folder = program.substr(0, program.rfind('/') == std::string::npos ? 0 : program.rfind('/'));
  struct stat about {};
  if (folder.empty() || ::lstat(folder.c_str(), &about) != 0) return "";
  const bool is_private = S_ISDIR(about.st_mode) && (about.st_mode & 0777U) == 0700U;
  return is_private && (about.st_uid == ::geteuid() || ::geteuid() == 0) ? folder : "";
}

}  // namespace rescue::probe
