#include "glob.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace rescue::sigma {
namespace {

constexpr std::array<std::string_view, 5> kDashes = {"-", "/", "\xe2\x80\x93", "\xe2\x80\x94",
                                                     "\xe2\x80\x95"};

bool is_word(char c) {
  return (lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

bool is_follow_byte(char c) {
  return (static_cast<unsigned char>(c) & 0xc0U) == 0x80U;
}

}  // namespace

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) { return lower(c); });
  return out;
}

void Glob::add_byte(char c) {
  if (parts_.empty() || parts_.back().kind != Kind::kText) add(Kind::kText);
  parts_.back().text += c;
}

Glob Glob::parse(std::string_view text) {
  Glob glob;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char next = i + 1 < text.size() ? text[i + 1] : '\0';
    if (text[i] == '\\' && (next == '*' || next == '?' || next == '\\')) {
      glob.add_byte(text[++i]);
    } else if (text[i] == '*') {
      glob.any_after();
    } else if (text[i] == '?') {
      glob.add(Kind::kAnyOne);
    } else {
      glob.add_byte(text[i]);
    }
  }
  return glob;
}

Glob Glob::plain(std::string text) {
  Glob glob;
  if (!text.empty()) glob.parts_.push_back({Kind::kText, std::move(text)});
  return glob;
}

Glob& Glob::any_before() {
  if (parts_.empty() || parts_.front().kind != Kind::kAnyRun)
    parts_.insert(parts_.begin(), {Kind::kAnyRun, {}});
  return *this;
}

Glob& Glob::any_after() {
  if (parts_.empty() || parts_.back().kind != Kind::kAnyRun) add(Kind::kAnyRun);
  return *this;
}

Glob& Glob::windash() {
  auto old = std::exchange(parts_, {});
  char before = ' ';
  for (auto& part : old) {
    if (part.kind != Kind::kText) {
      parts_.push_back(std::move(part));
      before = ' ';
      continue;
    }
    for (std::size_t i = 0; i < part.text.size(); ++i) {
      const char c = part.text[i];
      const bool starts = !is_word(before) && i + 1 < part.text.size() && is_word(part.text[i + 1]);
      if ((c == '-' || c == '/') && starts) {
        add(Kind::kDash);
      } else {
        add_byte(c);
      }
      before = c;
    }
  }
  return *this;
}

Glob& Glob::fold() {
  for (auto& part : parts_) part.text = lower(part.text);
  folded_ = true;
  return *this;
}

std::size_t Glob::taken(const Part& part, std::string_view text) {
  switch (part.kind) {
    case Kind::kText:
      return text.starts_with(part.text) ? part.text.size() : text.npos;
    case Kind::kAnyOne: {
      if (text.empty()) return text.npos;
      std::size_t size = 1;
      while (size < text.size() && size < 4 && is_follow_byte(text[size])) ++size;
      return size;
    }
    case Kind::kDash: {
      const auto at =
          std::find_if(kDashes.begin(), kDashes.end(), [&](auto dash) { return text.starts_with(dash); });
      return at == kDashes.end() ? text.npos : at->size();
    }
    case Kind::kAnyRun:
      break;
  }
  return 0;
}

std::size_t Glob::next_place(const Part& part, std::string_view text, std::size_t at) {
  if (at > text.size()) return text.npos;
  return part.kind == Kind::kText ? text.find(part.text, at) : at;
}

bool Glob::matches(std::string_view text) const {
  return folded_ ? matches(text, lower(text)) : matches(text, text);
}

/// Whatever a `*` has taken, going back to the last one suffices: the pieces before it stand as early as they
/// can.
bool Glob::matches(std::string_view text, std::string_view small) const {
  const auto hay = folded_ ? small : text;
  std::size_t part = 0, at = 0;
  std::size_t behind_star = parts_.size(), star_at = 0;
  for (;;) {
    if (part < parts_.size() && parts_[part].kind == Kind::kAnyRun) {
      behind_star = ++part;
      if (part == parts_.size()) return true;
      at = star_at = next_place(parts_[part], hay, at);
      if (at == hay.npos) return false;
      continue;
    }
    const auto size = part < parts_.size() ? taken(parts_[part], hay.substr(at)) : hay.npos;
    if (size != hay.npos) {
      at += size;
      ++part;
      continue;
    }
    if (part == parts_.size() && at == hay.size()) return true;
    if (behind_star == parts_.size() || star_at >= hay.size()) return false;
    star_at = next_place(parts_[behind_star], hay, star_at + 1);
    if (star_at == hay.npos) return false;
    at = star_at;
    part = behind_star;
  }
}

std::string_view Glob::longest_piece() const {
  std::string_view longest;
  for (const auto& part : parts_) {
    if (part.text.size() > longest.size()) longest = part.text;
  }
  return longest;
}

bool Glob::has_wildcards() const {
  return std::any_of(parts_.begin(), parts_.end(), [](const Part& part) { return part.kind != Kind::kText; });
}

std::string Glob::text() const {
  return parts_.empty() ? "" : parts_.front().text;
}

}  // namespace rescue::sigma
