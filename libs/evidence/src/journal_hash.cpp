#include "journal_hash.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace rescue::evidence {
namespace {

template <class T>
T load(const char* from, std::size_t bytes = sizeof(T)) {
  T value{};
  std::memcpy(&value, from, bytes);
  return value;
}

struct SipState {
  std::uint64_t a, b, c, d;

  void round() {
    a += b;
    c += d;
    b = std::rotl(b, 13) ^ a;
    d = std::rotl(d, 16) ^ c;
    a = std::rotl(a, 32);
    c += b;
    a += d;
    b = std::rotl(b, 17) ^ c;
    d = std::rotl(d, 21) ^ a;
    c = std::rotl(c, 32);
  }
  void take(std::uint64_t word) {
    d ^= word;
    round();
    round();
    a ^= word;
  }
};

struct Lookup3State {
  std::uint32_t a, b, c;

  void add(const char* from, std::size_t bytes) {
    a += load<std::uint32_t>(from, std::min<std::size_t>(bytes, 4));
    if (bytes > 4) b += load<std::uint32_t>(from + 4, std::min<std::size_t>(bytes - 4, 4));
    if (bytes > 8) c += load<std::uint32_t>(from + 8, bytes - 8);
  }
  void mix() {
    constexpr int kTurns[] = {4, 6, 8, 16, 19, 4};
    for (const int turn : kTurns) {
      // One step of lookup3's mix(), the roles of a, b and c going round.
      a = (a - c) ^ std::rotl(c, turn);
      c += b;
      const auto first = a;
      a = b;
      b = c;
      c = first;
    }
  }
  void finish() {
    constexpr int kTurns[] = {14, 11, 25, 16, 4, 14, 24};
    for (const int turn : kTurns) {
      c = (c ^ b) - std::rotl(b, turn);
      const auto first = a;
      a = b;
      b = c;
      c = first;
    }
  }
};

}  // namespace

std::uint64_t siphash24(std::string_view bytes, const std::array<char, 16>& key) {
  const auto k0 = load<std::uint64_t>(key.data()), k1 = load<std::uint64_t>(key.data() + 8);
  SipState state{k0 ^ 0x736f6d6570736575, k1 ^ 0x646f72616e646f6d, k0 ^ 0x6c7967656e657261,
                 k1 ^ 0x7465646279746573};
  auto rest = bytes;
  for (; rest.size() >= 8; rest.remove_prefix(8)) state.take(load<std::uint64_t>(rest.data()));
  state.take(load<std::uint64_t>(rest.data(), rest.size()) | std::uint64_t{bytes.size()} << 56U);
  state.c ^= 0xff;
  for (int i = 0; i < 4; ++i) state.round();
  return state.a ^ state.b ^ state.c ^ state.d;
}

std::uint64_t lookup3_64(std::string_view bytes) {
  const auto start = 0xdeadbeefU + static_cast<std::uint32_t>(bytes.size());
  Lookup3State state{start, start, start};
  for (; bytes.size() > 12; bytes.remove_prefix(12)) {
    state.add(bytes.data(), 12);
    state.mix();
  }
  if (!bytes.empty()) {
    state.add(bytes.data(), bytes.size());
    state.finish();
  }
  return std::uint64_t{state.b} << 32U | state.a;  // the roles have gone round seven times
}

}  // namespace rescue::evidence
