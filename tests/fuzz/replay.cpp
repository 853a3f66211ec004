// replay: the fuzzers without a fuzzer: each parser takes its corpus and some mutations of it, the same ones
// each time. It runs with the other tests, in the usual build; what makes inputs up for hours is `make
// prove-fuzz`.
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "replay_targets.hpp"

namespace rescue::fuzz {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;
constexpr std::chrono::milliseconds kTimePerParser{1'500};
constexpr std::chrono::seconds kSlow{1};
constexpr int kMutationsOfEach = 400;
constexpr std::size_t kLongestBytes = 64 * 1024;

std::vector<std::string> corpus_of(const std::string& name) {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry :
       std::filesystem::directory_iterator(RESCUE_SOURCE_DIR "/tests/fuzz/corpus/" + name))
    paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  std::vector<std::string> inputs;
  for (const auto& path : paths) {
    std::ifstream file(path, std::ios::binary);
    inputs.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  return inputs;
}

/// Makes another input out of one or two of the corpus; the same seed makes the same.
class Mutations {
 public:
  explicit Mutations(const std::vector<std::string>& corpus) : corpus_(corpus) {}

  std::string of(std::string input) {
    for (auto changes = below(4) + 1; changes > 0; --changes) change(input);
    return input.substr(0, kLongestBytes);
  }

 private:
  std::size_t below(std::size_t count) { return count == 0 ? 0 : chance_() % count; }

  void change(std::string& input) {
    const auto at = below(input.size() + 1);
    const auto length = below(std::min<std::size_t>(input.size() - at, 64) + 1);
    switch (below(7)) {
      case 0:
        if (at < input.size()) input[at] = static_cast<char>(chance_());
        break;
      case 1:
        if (at < input.size())
          input[at] = static_cast<char>(static_cast<unsigned char>(input[at]) ^ (1U << below(8)));
        break;
      case 2:
        input.resize(at);
        break;
      case 3:
        input.erase(at, length);
        break;
      case 4: {
        const auto piece = input.substr(at, length);
        for (auto times = below(200); times > 0 && input.size() < kLongestBytes; --times)
          input.insert(at, piece);
        break;
      }
      case 5: {
        const auto& other = corpus_[below(corpus_.size())];
        input = input.substr(0, at) + other.substr(below(other.size() + 1));
        break;
      }
      default:
        input.insert(at, below(40), static_cast<char>(chance_()));
        break;
    }
  }

  const std::vector<std::string>& corpus_;
  std::mt19937 chance_{20260913};  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same ones each time
};

bool is_slow(const Target& target, const std::string& input) {
  const auto begun = std::chrono::steady_clock::now();
  target.run(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
  return std::chrono::steady_clock::now() - begun >= kSlow;
}

class EveryParser : public testing::TestWithParam<Target> {};

TEST_P(EveryParser, TakesItsCorpusAndWhatIsMadeOfIt) {
  const auto& target = GetParam();
  const auto corpus = corpus_of(target.name);
  ASSERT_FALSE(corpus.empty()) << "tests/fuzz/corpus/" << target.name;
  Mutations mutations(corpus);
  const SteadyTime until = std::chrono::steady_clock::now() + kTimePerParser;
  for (const auto& input : corpus) EXPECT_FALSE(is_slow(target, input) && is_slow(target, input));
  for (int i = 0; i < kMutationsOfEach && std::chrono::steady_clock::now() < until; ++i) {
    for (const auto& input : corpus) {
      const auto made = mutations.of(input);
      // A machine that does other things is slow once.
      ASSERT_FALSE(is_slow(target, made) && is_slow(target, made))
          << testing::PrintToString(made.substr(0, 400));
      if (std::chrono::steady_clock::now() >= until) break;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Corpus, EveryParser, testing::ValuesIn(targets()),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace rescue::fuzz
