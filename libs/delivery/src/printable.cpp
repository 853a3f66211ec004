#include "printable.hpp"

namespace rescue::delivery {
namespace {

constexpr std::size_t kDetailBytesMax = 300;

}  // namespace

std::string printable(std::string_view text) {
  std::string out;
  for (const char c : text.substr(0, kDetailBytesMax)) out += c >= ' ' && c <= '~' ? c : '?';
  return out;
}

}  // namespace rescue::delivery
