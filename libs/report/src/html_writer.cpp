#include "html_writer.hpp"

#include "clean_text.hpp"

namespace rescue::report {
namespace {

// Longer than any text a report holds: what was bounded once is not cut again here.
constexpr std::size_t kTextCharsMax = 20'000;

}  // namespace

// Cleaned again although the report's texts are clean: the page must be safe for any JSON it is given.
void HtmlWriter::text(std::string_view content) {
  out_ += escape_html(clean_text(content, {.chars_max = kTextCharsMax, .keep_newlines = true}));
}

void HtmlWriter::open(std::string_view tag, std::string_view css_class) {
  out_.append("<").append(tag);
  if (!css_class.empty()) out_.append(" class=\"").append(css_class).append("\"");
  out_ += ">";
}

void HtmlWriter::close(std::string_view tag) {
  out_.append("</").append(tag).append(">\n");
}

void HtmlWriter::element(std::string_view tag, std::string_view content, std::string_view css_class) {
  open(tag, css_class);
  text(content);
  close(tag);
}

void HtmlWriter::definition(std::string_view name, std::string_view content, std::string_view css_class) {
  if (content.empty()) return;
  raw("<div>");
  element("dt", name);
  element("dd", content, css_class);
  raw("</div>\n");
}

void HtmlWriter::begin_table(std::string_view caption, const std::vector<std::string>& headers,
                             std::string_view css_class) {
  raw("<div class=\"table\">");
  open("table", css_class);
  element("caption", caption);
  raw("<thead><tr>");
  for (const std::string& header : headers) {
    raw("<th scope=\"col\">");
    text(header);
    raw("</th>");
  }
  raw("</tr></thead>\n<tbody>\n");
}

void HtmlWriter::row(const std::vector<Cell>& cells) {
  raw("<tr>");
  bool first = true;
  for (const Cell& cell : cells) {
    raw(first ? "<th scope=\"row\"" : "<td");
    if (*cell.css_class != '\0') out_.append(" class=\"").append(cell.css_class).append("\"");
    raw(">");
    text(cell.text);
    raw(first ? "</th>" : "</td>");
    first = false;
  }
  raw("</tr>\n");
}

void HtmlWriter::end_table() {
  raw("</tbody></table></div>\n");
}

}  // namespace rescue::report
