#include "document_room.hpp"

#include <algorithm>

namespace rescue::detect {
namespace {

/// As the probe prints it: indented, two levels down.
std::size_t printed_bytes(const Json& item) {
  constexpr int kIndent = 2, kLevels = 2;
  const auto text = item.dump(kIndent, ' ', false, Json::error_handler_t::replace);
  const auto lines = 1 + std::count(text.begin(), text.end(), '\n');
  constexpr std::size_t kComma = 2;  // and the line's end
  return text.size() + static_cast<std::size_t>(lines) * kIndent * kLevels + kComma;
}

}  // namespace

bool DocumentRoom::take(const Json& item) {
  const auto bytes = printed_bytes(item);
  if (items_ == limits_.items || bytes > limits_.bytes - bytes_) {
    ++left_out_;
    return false;
  }
  ++items_;
  bytes_ += bytes;
  return true;
}

}  // namespace rescue::detect
