// Plays worlds, each from a seed of its own, until one breaks a rule or all are over.
#include <fcntl.h>
#include <unistd.h>

#include <ctime>
#include <iostream>

#include "rescue/base/broken_rule.hpp"
#include "world.hpp"

namespace {

using rescue::simulation::Options;
using rescue::simulation::Outcome;

constexpr const char* kUsage =
    "usage: simulate [--seed N] [--worlds N] [--incidents N] [--calm] [--break RULE] [--log]\n";

struct Arguments {
  Options options;
  std::uint64_t worlds = 1;
  bool log = false;
};

bool read(int argc, char** argv, Arguments& out) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view name = argv[i];
    if (name == "--log") {
      out.log = true;
    } else if (name == "--calm") {
      out.options.faults = false;
      out.options.mishaps = {0, 0, 0, 0};
    } else if (i + 1 == argc) {
      return false;
    } else if (name == "--seed") {
      out.options.seed = std::strtoull(argv[++i], nullptr, 10);
    } else if (name == "--worlds") {
      out.worlds = std::strtoull(argv[++i], nullptr, 10);
    } else if (name == "--incidents") {
      out.options.incidents = std::atoi(argv[++i]);
    } else if (name == "--break") {
      rescue::broken_rule = argv[++i];
    } else {
      return false;
    }
  }
  return out.options.incidents > 0;
}

/// Services log what befalls them; there is a lot of it.
void silence_logs() {
  const int nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (nowhere >= 0) ::dup2(nowhere, 2);
}

std::string how_to_replay(const Options& options) {
  std::string out = "build/release/tests/simulate --seed " + std::to_string(options.seed) + " --incidents " +
                    std::to_string(options.incidents);
  if (!options.faults) out += " --calm";
  if (rescue::broken_rule != nullptr) out += std::string(" --break ") + rescue::broken_rule;
  return out;
}

void add(Outcome& sum, const Outcome& one) {
  sum.incidents += one.incidents;
  sum.steps += one.steps;
  sum.calls += one.calls;
  sum.commits += one.commits;
  sum.audit_rows += one.audit_rows;
  sum.crashes += one.crashes;
  sum.queue_losses += one.queue_losses;
  sum.clock_jumps += one.clock_jumps;
  sum.hash = sum.hash * 31 + one.hash;
  for (const auto& [state, count] : one.ends) sum.ends[state] += count;
}

void print(const Outcome& sum, double seconds) {
  std::cout << sum.incidents << " incidents, " << sum.steps << " steps, " << sum.calls << " calls, "
            << sum.commits << " commits, " << sum.audit_rows << " audit rows, " << sum.crashes << " crashes, "
            << sum.queue_losses << " losses of the queue, " << sum.clock_jumps << " clock jumps, " << seconds
            << " s of the processor, hash " << std::hex << sum.hash << std::dec << "\n";
  for (const auto& [state, count] : sum.ends) std::cout << "  " << state << " " << count << "\n";
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  if (!read(argc, argv, arguments)) {
    std::cerr << kUsage;
    return 2;
  }
  if (!arguments.log) silence_logs();
  Outcome sum;
  const auto begun = std::clock();
  for (std::uint64_t world = 0; world < arguments.worlds; ++world) {
    Options options = arguments.options;
    options.seed += world;
    const Outcome one = play(options);
    add(sum, one);
    if (one.broken.empty()) continue;
    std::cout << "broken after " << sum.incidents << " incidents: " << one.broken
              << "\nreplay: " << how_to_replay(options) << std::endl;
    return 1;
  }
  print(sum, static_cast<double>(std::clock() - begun) / CLOCKS_PER_SEC);
  return 0;
}
