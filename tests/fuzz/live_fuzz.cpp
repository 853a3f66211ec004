#include <cstdlib>

#include "fuzz_input.hpp"
#include "live_take_process.hpp"
#include "rescue/evidence/live_state.hpp"

using namespace rescue;  // NOLINT(google-build-using-namespace): a program of one function

namespace {

/// Every text is this one.
void read_as_texts(std::string_view input) {
  std::string memory(20 * (input.size() + 64), '\0');
  std::uint64_t used = 0;
  evidence::LiveWriter writer({memory.data(), memory.size()}, used);
  for (const auto* path : {"/proc/stat", "/proc/uptime", "/proc/self/net/tcp6", "/proc/self/net/packet",
                           "/proc/modules", "again/modules", "/proc/self/mountinfo", "/run/utmp",
                           "/proc/7/stat", "/proc/7/status", "/proc/7/cmdline", "/proc/7/fd", "/proc/7/maps",
                           "/proc/7/environ", "live/diagnosis", "again/diagnosis"})
    writer.text(path, input);
  if (writer.left_out() > 0) std::abort();
  evidence::Gaps gaps;
  const auto snapshot = evidence::LiveSnapshot::decode(std::string_view(memory).substr(0, used), gaps);
  if (!gaps.empty()) std::abort();
  evidence::read_live(
      snapshot, [](const std::string&) { return true; }, gaps);
}

}  // namespace

/// What a taker writes down, and the texts in it.
void fuzz_one(std::string_view input) {
  evidence::Gaps gaps;
  const auto snapshot = evidence::LiveSnapshot::decode(input, gaps);
  const auto state = evidence::read_live(
      snapshot, [](const std::string&) { return true; }, gaps);
  for (const auto& [pid, process] : state.processes)
    if (pid <= 0 || process.name.size() > 64) std::abort();
  read_as_texts(input);
  evidence::variables_that_matter(input);
  if (evidence::executable_lines(input).size() > input.size() + 1) std::abort();
}
