#include "html_writer.hpp"
#include "report_view.hpp"
#include "rescue/report/customer_report.hpp"

namespace rescue::report {
namespace {

// Nothing may be loaded or run, whatever the page's texts say.
constexpr const char* kPolicy =
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
    "base-uri 'none'; form-action 'none'\">\n";

}  // namespace

void write_head(HtmlWriter& out, const ReportView& report, const std::string& title) {
  out.raw("<!DOCTYPE html>\n<html lang=\"");
  out.raw(report.language_tag());
  out.raw("\">\n<head>\n<meta charset=\"utf-8\">\n");
  out.raw(kPolicy);
  out.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
  out.raw("<meta name=\"referrer\" content=\"no-referrer\">\n");
  out.element("title", title);
  out.raw("<style>\n");
  out.raw(embedded_text("data/page.css"));
  out.raw("</style>\n</head>\n<body>\n<main>\n");
}

void write_end(HtmlWriter& out) {
  out.raw("</main>\n</body>\n</html>\n");
}

std::string render_html(const Json& report, Language language) {
  const ReportView view(report, language);
  HtmlWriter out;
  write_head(out, view, view.say("document.title") + " – " + view.text("/incident/server_id"));
  write_summary(out, view);
  write_investigation(out, view);
  write_work(out, view);
  write_appendix(out, view);
  write_end(out);
  return out.take();
}

}  // namespace rescue::report
