#include "annex_file.hpp"

#include <fstream>

namespace rescue::catalog {
namespace {

constexpr std::size_t kBytesMax = 64U * 1024 * 1024;

bool is_utf8(const std::string& text) {
  const Json value(text);
  const auto dump = [&](Json::error_handler_t handler) { return value.dump(-1, ' ', false, handler); };
  return dump(Json::error_handler_t::ignore) == dump(Json::error_handler_t::replace);
}

}  // namespace

Result<std::string> read_text_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return fail(ErrorCode::kInvalid, "annex-unreadable", path + ": cannot be opened");
  std::string text;
  std::string block(64U * 1024, '\0');
  while (in.read(block.data(), static_cast<std::streamsize>(block.size())) || in.gcount() > 0) {
    text.append(block, 0, static_cast<std::size_t>(in.gcount()));
    if (text.size() > kBytesMax) return fail(ErrorCode::kInvalid, "annex-unreadable", path + ": over 64 MiB");
  }
  if (in.bad()) return fail(ErrorCode::kInvalid, "annex-unreadable", path + ": cannot be read");
  if (!is_utf8(text)) return fail(ErrorCode::kInvalid, "annex-unreadable", path + ": is no UTF-8");
  return text;
}

}  // namespace rescue::catalog
