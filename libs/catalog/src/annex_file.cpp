#include "annex_file.hpp"

#include <fstream>

namespace rescue::catalog {
namespace {

constexpr std::size_t kBytesMax = 64U * 1024 * 1024;

}  // namespace

Result<Json> read_annex(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return fail(ErrorCode::kInvalid, "annex-unreadable", path + ": cannot be opened");
  std::string text;
  std::string block(64U * 1024, '\0');
  while (in.read(block.data(), static_cast<std::streamsize>(block.size())) || in.gcount() > 0) {
    text.append(block, 0, static_cast<std::size_t>(in.gcount()));
    if (text.size() > kBytesMax) return fail(ErrorCode::kInvalid, "annex-unreadable", path + ": over 64 MiB");
  }
  if (in.bad()) return fail(ErrorCode::kInvalid, "annex-unreadable", path + ": cannot be read");
  auto value = parse_json(text);
  if (!value) return fail(in_file(path, value.error()));
  return value;
}

Error in_file(const std::string& path, Error error) {
  error.detail = path + ": " + (error.pointer.empty() ? "" : error.pointer + ": ") + error.detail;
  error.pointer.clear();
  return error;
}

}  // namespace rescue::catalog
