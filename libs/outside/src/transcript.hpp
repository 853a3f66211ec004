#pragma once

#include <string_view>
#include <vector>

#include "rescue/outside/check.hpp"

namespace rescue::outside {

/// Visible ASCII: everything else as \xHH, a backslash as two; cut to `bytes_max` of input with "…" told as
/// "...".
std::string escaped(std::string_view bytes, std::size_t bytes_max = 400);

/// What was said, bounded and escaped. One thread.
class Transcript {
 public:
  explicit Transcript(const Clock& clock) : clock_(&clock) {}
  void us(std::string_view text) { add(Line::From::kUs, text); }
  void server(std::string_view text) { add(Line::From::kServer, text); }
  void note(std::string_view text) { add(Line::From::kNote, text); }
  std::vector<Line> take() { return std::move(lines_); }

 private:
  void add(Line::From from, std::string_view text);
  const Clock* clock_;
  std::vector<Line> lines_;
};

}  // namespace rescue::outside
