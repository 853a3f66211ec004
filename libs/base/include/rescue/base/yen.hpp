#pragma once

#include <compare>
#include <cstdint>

namespace rescue {

/// Whole Japanese yen; may be negative (a credit). Never floating point.
struct Yen {
  std::int64_t amount = 0;
  auto operator<=>(const Yen&) const = default;
  Yen operator+(Yen other) const { return {amount + other.amount}; }
  Yen operator-(Yen other) const { return {amount - other.amount}; }
  Yen& operator+=(Yen other) {
    amount += other.amount;
    return *this;
  }
};

/// `percent` of `net`, rounded once, towards zero ("down"): 10 % of ¥315 is ¥31.
constexpr Yen tax_of(Yen net, int percent) {
  return {net.amount * percent / 100};
}

}  // namespace rescue
