#include "rescue/catalog/annex_text.hpp"

namespace rescue::catalog {

int AnnexText::line_of(std::string_view pointer) const {
  for (;;) {
    const auto it = lines.find(pointer);
    if (it != lines.end()) return it->second;
    const auto slash = pointer.rfind('/');
    if (slash == std::string_view::npos) return 0;
    pointer = pointer.substr(0, slash);
  }
}

Error located(const AnnexText& annex, Error error) {
  const int line = annex.line_of(error.pointer);
  error.detail = annex.path + (line > 0 ? ":" + std::to_string(line) : "") + ": " +
                 (error.pointer.empty() ? "" : error.pointer + ": ") + error.detail;
  error.pointer.clear();
  return error;
}

}  // namespace rescue::catalog
