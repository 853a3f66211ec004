#include "rescue/base/id.hpp"

#include <sys/random.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <stdexcept>

#include "rescue/base/random_source.hpp"

namespace rescue {

void (*random_source)(unsigned char* out, std::size_t size) = nullptr;

namespace {

constexpr std::string_view kAlphabet = "0123456789abcdefghjkmnpqrstvwxyz";
constexpr std::size_t kUlidLength = 26;

/// Ids and traces ask for a few bytes each, several times a request: the kernel is asked for many at once.
constexpr std::size_t kPoolBytes = 512;
constexpr std::size_t kFromPoolMax = 16;

void ask_kernel(unsigned char* out, std::size_t size) {
  std::size_t done = 0;
  while (done < size) {
    const ssize_t n = getrandom(out + done, size - done, 0);
    if (n <= 0) throw std::runtime_error("getrandom failed");
    done += static_cast<std::size_t>(n);
  }
}

/// Secrets, which are longer, come straight from the kernel: none of them is left lying in a pool.
void fill_random(unsigned char* out, std::size_t size) {
  if (random_source != nullptr) return random_source(out, size);
  if (size > kFromPoolMax) return ask_kernel(out, size);
  thread_local std::array<unsigned char, kPoolBytes> pool;
  thread_local std::size_t used = kPoolBytes;
  if (used + size > kPoolBytes) {
    ask_kernel(pool.data(), pool.size());
    used = 0;
  }
  std::copy_n(pool.data() + used, size, out);
  used += size;
}

}  // namespace

std::string make_id(std::string_view prefix, Timestamp now) {
  std::array<unsigned char, 16> bits{};
  const auto ms = static_cast<std::uint64_t>(to_us(now) / 1000);
  for (std::size_t i = 0; i < 6; ++i) bits[i] = static_cast<unsigned char>(ms >> (8 * (5 - i)));
  fill_random(bits.data() + 6, 10);
  // 128 bits in 26 characters of 5 bits: two zero bits lead.
  std::string text(prefix);
  text += '_';
  for (std::size_t c = 0; c < kUlidLength; ++c) {
    unsigned value = 0;
    for (std::size_t b = 0; b < 5; ++b) {
      const std::size_t bit = c * 5 + b;
      const bool set = bit >= 2 && ((bits[(bit - 2) / 8] >> (7 - (bit - 2) % 8)) & 1U) != 0;
      value = value * 2 + (set ? 1U : 0U);
    }
    text += kAlphabet[value];
  }
  return text;
}

bool is_id(std::string_view prefix, std::string_view text) {
  if (text.size() != prefix.size() + 1 + kUlidLength) return false;
  if (text.substr(0, prefix.size()) != prefix || text[prefix.size()] != '_') return false;
  return text.substr(prefix.size() + 1).find_first_not_of(kAlphabet) == std::string_view::npos;
}

std::string random_hex(std::size_t bytes) {
  std::string raw(bytes, '\0');
  fill_random(reinterpret_cast<unsigned char*>(raw.data()), bytes);
  std::string text;
  for (const char c : raw) {
    text += "0123456789abcdef"[static_cast<unsigned char>(c) >> 4U];
    text += "0123456789abcdef"[static_cast<unsigned char>(c) & 15U];
  }
  return text;
}

}  // namespace rescue
