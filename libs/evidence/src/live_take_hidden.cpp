#include "live_take_hidden.hpp"

#include <algorithm>
#include <charconv>
#include <set>
#include <thread>

namespace rescue::evidence {
namespace {

constexpr std::size_t kMostListed = 1 << 20;

std::string folder_of(std::int32_t pid) {
  return "/proc/" + std::to_string(pid) + "/";
}

std::int32_t highest_number(LiveFiles& files) {
  constexpr std::int32_t kMost = 1 << 22;  // what the kernel allows at most on 64-bit machines
  std::int32_t most = 32'768;
  if (const auto text = files.read("/proc/sys/kernel/pid_max", 32))
    std::from_chars(text->bytes.data(), text->bytes.data() + text->bytes.size(), most);
  return std::clamp(most, 1, kMost);
}

/// "Tgid:\t12" of a status; 0: there is none.
std::int32_t process_of(LiveFiles& files, std::int32_t number) {
  const auto text = files.read(folder_of(number) + "status", 8 << 10);
  if (!text) return 0;
  const auto at = text->bytes.find("\nTgid:\t");
  std::int32_t process = 0;
  if (at != std::string::npos)
    std::from_chars(text->bytes.data() + at + 7, text->bytes.data() + text->bytes.size(), process);
  return process;
}

/// The 22nd field of stat tells two processes of one number apart. Empty: there is no such text.
std::string beginning_of(LiveFiles& files, std::int32_t pid) {
  const auto text = files.read(folder_of(pid) + "stat", 4096);
  if (!text) return "";
  auto rest = std::string_view(text->bytes);
  rest.remove_prefix(std::min(rest.size(), rest.rfind(')') + 1));
  constexpr int kFieldsBetween = 20;
  for (int i = 0; i < kFieldsBetween && !rest.empty(); ++i)
    rest.remove_prefix(std::min(rest.size(), rest.find(' ', 1)));
  return std::string(rest.substr(0, rest.find(' ', 1)));
}

class Search {
 public:
  Search(const LiveTaking& how, LiveFiles& files) : how_(how), files_(files) {}

  std::vector<HiddenProcess> run() {
    auto seeming = unlisted();
    constexpr int kMoreLooks = 2;
    for (int look = 0; look < kMoreLooks && !seeming.empty(); ++look) {
      std::this_thread::sleep_for(how_.between_looks);
      keep_those_still_so(seeming);
    }
    std::vector<HiddenProcess> out;
    for (const auto& [pid, begun] : seeming) out.push_back({pid, begun.empty() ? "no_folder" : "unlisted"});
    return out;
  }

 private:
  struct Seeming {
    std::int32_t pid;
    std::string begun;
  };

  std::set<std::int32_t> listed() {
    const auto numbers = files_.numbers("/proc", kMostListed);
    return {numbers.begin(), numbers.end()};
  }

  std::vector<Seeming> unlisted() {
    std::vector<std::int32_t> answering;
    const auto before = listed();
    const auto most = highest_number(files_);
    constexpr std::int32_t kBetweenGlances = 4096;
    for (std::int32_t number = 1; number <= most; ++number) {
      if (number % kBetweenGlances == 0 && files_.time_is_up()) break;
      if (!before.contains(number) && how_.answers(number)) answering.push_back(number);
    }
    std::vector<Seeming> out;
    const auto after = listed();
    for (const auto number : answering) {
      if (after.contains(number)) continue;  // it has begun meanwhile
      if (is_process(number, after)) out.push_back({number, beginning_of(files_, number)});
    }
    return out;
  }

  void keep_those_still_so(std::vector<Seeming>& seeming) {
    const auto now = listed();
    std::erase_if(seeming, [&](const Seeming& one) {
      return now.contains(one.pid) || !how_.answers(one.pid) || beginning_of(files_, one.pid) != one.begun ||
             !is_process(one.pid, now);
    });
  }

  /// A thread's status names the process it belongs to; where even that is hidden, its process lists it.
  bool is_process(std::int32_t number, const std::set<std::int32_t>& listed) {
    if (const auto process = process_of(files_, number); process > 0) return process == number;
    return std::none_of(listed.begin(), listed.end(), [&](std::int32_t pid) {
      return files_.exists(folder_of(pid) + "task/" + std::to_string(number));
    });
  }

  const LiveTaking& how_;
  LiveFiles& files_;
};

}  // namespace

std::vector<HiddenProcess> find_hidden(const LiveTaking& how, LiveFiles& files) {
  if (!how.answers) return {};
  return Search(how, files).run();
}

}  // namespace rescue::evidence
