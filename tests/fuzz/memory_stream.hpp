#pragma once

#include <algorithm>
#include <string_view>

#include "stream.hpp"

/// A server that says `input` and then hangs up.
class MemoryStream final : public rescue::outside::Stream {
 public:
  explicit MemoryStream(std::string_view input) : left_(input) {}
  rescue::outside::Got<std::size_t> read_some(std::span<char> into, rescue::outside::SteadyTime) override {
    if (left_.empty()) return trouble(rescue::outside::Trouble::Kind::kLost, "the end");
    const auto count = std::min(left_.size(), into.size());
    std::copy_n(left_.begin(), count, into.begin());
    left_.remove_prefix(count);
    return count;
  }
  rescue::outside::Got<void> write_all(std::string_view, rescue::outside::SteadyTime) override { return {}; }

 private:
  std::string_view left_;
};
