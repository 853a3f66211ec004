#include <algorithm>
#include <charconv>
#include <string_view>

#include "rescue/tether/keeper.hpp"

/// rescue-keeper <folder> <seconds of silence it bears>: libs/target starts it, nobody else.
int main(int argc, char** argv) {
  constexpr int kUsage = 2;
  if (argc != 3) return kUsage;
  rescue::tether::KeeperOptions options;
  options.folder = argv[1];
  int silence_s = 0;
  const std::string_view text = argv[2];
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), silence_s);
  if (error != std::errc() || end != text.data() + text.size() || silence_s < 1) return kUsage;
  options.silence = std::chrono::seconds(silence_s);
  options.between_beats = std::clamp(options.silence / 4, std::chrono::seconds(1), options.between_beats);
  return rescue::tether::keep(options);
}
