#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rescue::report {

/// Writes HTML from literals and escaped texts. Only text() and the texts of the other calls may come from
/// evidence; tags and classes are our own literals.
class HtmlWriter {
 public:
  struct Cell {
    std::string text;
    const char* css_class = "";  ///< "mono" for paths, hashes and log lines
  };

  void raw(std::string_view markup) { out_ += markup; }
  void text(std::string_view content);
  void open(std::string_view tag, std::string_view css_class = "");
  void close(std::string_view tag);
  void element(std::string_view tag, std::string_view content, std::string_view css_class = "");
  /// A definition: <dt>name</dt><dd>content</dd>; nothing when `content` is empty.
  void definition(std::string_view name, std::string_view content, std::string_view css_class = "");
  void begin_table(std::string_view caption, const std::vector<std::string>& headers,
                   std::string_view css_class = "");
  /// The first cell is the row's header.
  void row(const std::vector<Cell>& cells);
  void end_table();
  std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

}  // namespace rescue::report
