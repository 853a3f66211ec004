#include "transcript.hpp"

#include <array>

namespace rescue::outside {
namespace {

constexpr std::size_t kLinesMax = 500;

}  // namespace

std::string escaped(std::string_view bytes, std::size_t bytes_max) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  for (const char c : bytes.substr(0, bytes_max)) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\\') {
      out += "\\\\";
    } else if (c >= ' ' && c <= '~') {
      out += c;
    } else {
      out += {'\\', 'x', kDigits[byte >> 4U], kDigits[byte & 0xfU]};
    }
  }
  if (bytes.size() > bytes_max) out += "...";
  return out;
}

void Transcript::add(Line::From from, std::string_view text) {
  if (lines_.size() > kLinesMax) return;
  const bool full = lines_.size() == kLinesMax;
  lines_.push_back({clock_->now(), full ? Line::From::kNote : from,
                    full ? "the rest of what was said is left out" : escaped(text)});
}

}  // namespace rescue::outside
