#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "hash_set.hpp"

namespace rescue::detect {

/// Values by text, at most so many: one look-up for each time a text is seen, no allocation for one that is
/// known, and the text beside its value, so that far memory is touched once for both. Values stay where they
/// are.
template <class Value>
class TextMap {
 public:
  struct Entry {
    std::string text;
    Value value{};
  };
  struct Place {
    Value* value = nullptr;  ///< null: it is a new text, and there are `most` already
    bool is_new = false;
  };

  explicit TextMap(std::size_t most) : most_(most) {}

  /// `hash` is the text's (hash_of_text).
  Place put(std::string_view text, std::uint64_t hash) {
    if (2 * (size_ + 1) > slots_.size() && size_ < most_) grow();
    if (slots_.empty()) return {};
    auto& slot = slots_[place_of(text, hash)];
    if (slot.number != 0) return {&entry(slot.number).value, false};
    if (size_ >= most_) return {};
    if (size_ % kPiece == 0) pieces_.push_back(std::make_unique<Entry[]>(kPiece));
    slot = {upper(hash), ++size_};
    entry(size_).text = text;
    return {&entry(size_).value, true};
  }
  const Value* find(std::string_view text) const {
    if (slots_.empty()) return nullptr;
    const auto number = slots_[place_of(text, hash_of_text(text))].number;
    return number == 0 ? nullptr : &entry(number).value;
  }
  std::size_t size() const { return size_; }
  /// Calls `tell(text, value)` for each, in the order in which they came.
  template <class Tell>
  void for_each(const Tell& tell) const {
    for (std::uint32_t number = 1; number <= size_; ++number) tell(entry(number).text, entry(number).value);
  }
  /// Has the memory where this text is looked up come near, for a put() that follows.
  void come_near(std::uint64_t hash) const {
    if (!slots_.empty()) __builtin_prefetch(&slots_[static_cast<std::size_t>(hash) & (slots_.size() - 1)]);
  }

 private:
  struct Slot {
    std::uint32_t hash = 0;    ///< its upper half
    std::uint32_t number = 0;  ///< from 1; 0: free
  };
  static constexpr std::uint32_t kPiece = 128;  // entries that lie side by side

  Entry& entry(std::uint32_t number) const { return pieces_[(number - 1) / kPiece][(number - 1) % kPiece]; }
  static std::uint32_t upper(std::uint64_t hash) { return static_cast<std::uint32_t>(hash >> 32U); }

  /// All of a large entry at once: one line of memory after the other is as many waits.
  static void have_come(const Entry& found) {
    constexpr std::size_t kLine = 64;
    const auto* bytes = reinterpret_cast<const char*>(&found);
    for (std::size_t at = kLine; at < sizeof(Entry); at += kLine) __builtin_prefetch(bytes + at);
  }

  std::size_t place_of(std::string_view text, std::uint64_t hash) const {
    const auto mask = slots_.size() - 1;
    auto place = static_cast<std::size_t>(hash) & mask;
    for (; slots_[place].number != 0; place = (place + 1) & mask) {
      if (slots_[place].hash != upper(hash)) continue;
      const auto& found = entry(slots_[place].number);
      have_come(found);
      if (found.text == text) break;
    }
    return place;
  }
  void grow() {
    slots_.assign(slots_.empty() ? 64 : slots_.size() * 2, Slot{});
    for (std::uint32_t number = 1; number <= size_; ++number) {
      const auto& text = entry(number).text;
      const auto hash = hash_of_text(text);
      slots_[place_of(text, hash)] = {upper(hash), number};
    }
  }

  std::size_t most_;
  std::uint32_t size_ = 0;
  std::vector<Slot> slots_;
  std::vector<std::unique_ptr<Entry[]>> pieces_;
};

}  // namespace rescue::detect
