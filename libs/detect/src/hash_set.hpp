#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

namespace rescue::detect {

/// A text's 64-bit hash. Of texts somebody may choose: two alike are taken for one, which costs a count, no
/// more.
inline std::uint64_t hash_of_text(std::string_view text) {
  return std::hash<std::string_view>()(text);
}

/// Which of many hashes have been seen: open addressing, twice a `Word` and a little for each, nothing while
/// empty. Half words for few.
template <class Word = std::uint64_t>
class HashSet {
 public:
  /// False when it was there.
  bool add(std::uint64_t hash) {
    if (2 * (size_ + 1) > slots_.size()) grow();
    auto& slot = slots_[place_of(marked(hash))];
    if (slot != 0) return false;
    slot = marked(hash);
    ++size_;
    return true;
  }
  bool contains(std::uint64_t hash) const { return !slots_.empty() && slots_[place_of(marked(hash))] != 0; }
  std::size_t size() const { return size_; }

 private:
  static Word marked(std::uint64_t hash) {  // 0 marks a free slot
    const auto word = static_cast<Word>(hash);
    return word == 0 ? 1 : word;
  }
  std::size_t place_of(Word hash) const {
    const auto mask = slots_.size() - 1;
    auto place = static_cast<std::size_t>((hash * 0x9e3779b97f4a7c15U) >> 32U) & mask;
    while (slots_[place] != 0 && slots_[place] != hash) place = (place + 1) & mask;
    return place;
  }
  void grow() {
    std::vector<Word> old(slots_.empty() ? 4 : slots_.size() * 2);
    old.swap(slots_);
    for (const auto hash : old) {
      if (hash != 0) slots_[place_of(hash)] = hash;
    }
  }

  std::vector<Word> slots_;
  std::uint32_t size_ = 0;
};

}  // namespace rescue::detect
