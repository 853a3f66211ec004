#pragma once

#include <cstdint>
#include <iterator>
#include <set>
#include <utility>
#include <vector>

namespace rescue::detect {

/// Of all it is given the first `most` by `Before`, a strict total order: which ones they are does not depend
/// on the order in which they come, so threads may share the work. The others are counted.
template <class T, class Before>
class Foremost {
 public:
  explicit Foremost(std::size_t most) : most_(most) {}

  void add(T value) {
    kept_.insert(std::move(value));
    if (kept_.size() <= most_) return;
    kept_.erase(std::prev(kept_.end()));
    ++left_out_;
  }
  void join(Foremost&& other) {
    left_out_ += other.left_out_;
    for (auto& value : other.take()) add(std::move(value));
  }
  /// In their order; empty afterwards.
  std::vector<T> take() {
    std::vector<T> all;
    while (!kept_.empty()) all.push_back(std::move(kept_.extract(kept_.begin()).value()));
    return all;
  }
  std::uint64_t left_out() const { return left_out_; }

 private:
  std::multiset<T, Before> kept_;
  std::size_t most_;
  std::uint64_t left_out_ = 0;
};

}  // namespace rescue::detect
