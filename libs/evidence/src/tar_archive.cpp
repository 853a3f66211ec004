#include "rescue/evidence/tar_archive.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

#include "bytes_at.hpp"

namespace rescue::evidence {
namespace {

constexpr std::size_t kBlock = 512;
constexpr std::size_t kMostNameBytes = 1024;
constexpr std::uint64_t kMostSmallBytes = 64 * 1024;  // of a long name or an extended header
constexpr std::uint64_t kMostSize = 1ULL << 60U;

tl::unexpected<Error> damaged(std::string what) {
  return fail(ErrorCode::kCorrupt, "damaged-archive", std::move(what));
}

std::string_view text_at(std::string_view header, std::size_t at, std::size_t size) {
  const auto field = header.substr(at, size);
  return field.substr(0, field.find('\0'));
}

/// Octal digits, or GNU's binary form for sizes of 8 GiB and more.
std::optional<std::uint64_t> number_at(std::string_view header, std::size_t at, std::size_t size) {
  const auto field = header.substr(at, size);
  if ((static_cast<unsigned char>(field.front()) & 0x80U) != 0) return big_number(field.substr(size - 8));
  auto text = text_at(header, at, size);
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  text = text.substr(0, text.find(' '));
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 8);
  if (text.empty()) return 0;
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool sum_is_right(std::string_view header) {
  constexpr std::size_t kSumAt = 148, kSumBytes = 8;
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < kBlock; ++i)
    sum += i >= kSumAt && i < kSumAt + kSumBytes ? ' ' : static_cast<unsigned char>(header[i]);
  return number_at(header, kSumAt, kSumBytes) == sum;
}

std::string name_of(std::string_view header) {
  const auto name = std::string(text_at(header, 0, 100));
  const bool ustar = header.substr(257, 6) == std::string_view("ustar\0", 6);
  const auto prefix = ustar ? text_at(header, 345, 155) : "";
  return prefix.empty() ? name : std::string(prefix) + "/" + name;
}

}  // namespace

/// What stands before a member's own header and goes before it.
struct TarReader::Told {
  std::optional<std::string> name;
  std::optional<std::uint64_t> size;

  /// Lines of the form "<length> <key>=<value>\n".
  void take_extended(std::string_view text) {
    while (!text.empty()) {
      std::size_t length = 0;
      const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), length);
      const auto digits = static_cast<std::size_t>(end - text.data());
      if (error != std::errc() || length <= digits + 1 || length > text.size() || text[length - 1] != '\n')
        return;
      const auto line = text.substr(digits + 1, length - digits - 2);
      if (line.starts_with("path=")) name = std::string(line.substr(5));
      std::uint64_t value = 0;
      if (line.starts_with("size=") &&
          std::from_chars(line.data() + 5, line.data() + line.size(), value).ec == std::errc())
        size = value;
      text.remove_prefix(length);
    }
  }
};

Result<bool> TarReader::fill(std::span<char> into) {
  std::size_t have = 0;
  while (have < into.size()) {
    RESCUE_ASSIGN(const auto got, source_.read(into.subspan(have)));
    if (got == 0 && have == 0) return false;
    if (got == 0) return damaged("a tar archive that ends too early");
    have += got;
  }
  return true;
}

Result<std::optional<TarMember>> TarReader::next() {
  Told told;
  std::array<char, kBlock> block{};
  for (;;) {
    RESCUE_TRY(skip());
    RESCUE_ASSIGN(const auto more, fill(block));
    const std::string_view header(block.data(), block.size());
    if (!more || header.find_first_not_of('\0') == header.npos) return std::nullopt;
    if (!sum_is_right(header)) return damaged("a tar archive with a damaged header");
    const auto size = number_at(header, 124, 12);
    const char type = header[156];
    const bool of_file = type == '0' || type == '\0' || type == '7';
    const bool about_next = type == 'x' || type == 'g' || type == 'L' || type == 'K';
    left_ = !about_next && told.size ? *told.size : size.value_or(kMostSize + 1);
    if (left_ > kMostSize) return damaged("a tar archive with a damaged header");
    padding_ = (kBlock - left_ % kBlock) % kBlock;
    if (!about_next) {
      auto name = told.name.value_or(name_of(header));
      if (name.size() > kMostNameBytes) name.erase(0, name.size() - kMostNameBytes);
      const bool folder = name.ends_with('/');
      return TarMember{std::move(name), left_, of_file && !folder};
    }
    if (type != 'x' && type != 'L') continue;
    RESCUE_ASSIGN(const auto text, small_content());
    if (type == 'x') told.take_extended(text);
    if (type == 'L') told.name = text.substr(0, text.find('\0'));
  }
}

Result<std::string> TarReader::small_content() {
  std::string text(static_cast<std::size_t>(std::min(left_, kMostSmallBytes)), '\0');
  std::size_t have = 0;
  while (have < text.size()) {
    RESCUE_ASSIGN(const auto got, read(std::span(text).subspan(have)));
    if (got == 0) break;
    have += got;
  }
  text.resize(have);
  return text;
}

Result<std::size_t> TarReader::read(std::span<char> into) {
  const auto most = static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), left_));
  if (most == 0) return 0;
  RESCUE_ASSIGN(const auto got, source_.read(into.first(most)));
  if (got == 0) return damaged("a tar archive that ends too early");
  left_ -= got;
  return got;
}

Status TarReader::skip() {
  std::vector<char> piece(static_cast<std::size_t>(std::min<std::uint64_t>(left_ + padding_, 64 * 1024)));
  for (auto rest = left_ + padding_; rest > 0;) {
    const auto most = static_cast<std::size_t>(std::min<std::uint64_t>(piece.size(), rest));
    RESCUE_ASSIGN(const auto got, source_.read(std::span(piece).first(most)));
    // Some writers leave out what fills up the last block.
    if (got == 0 && rest > padding_) return damaged("a tar archive that ends too early");
    if (got == 0) break;
    rest -= got;
  }
  left_ = padding_ = 0;
  return {};
}

}  // namespace rescue::evidence
