#pragma once

#include <string>

#include "html_writer.hpp"
#include "phrases.hpp"

namespace rescue::report {

/// A finished report as a page in one language sees it. Reads only; a part that is not there reads as empty.
/// Borrows the report.
class ReportView {
 public:
  ReportView(const Json& report, Language language)
      : report_(&report), language_(language), phrases_(&Phrases::of(language)) {}

  Language language() const { return language_; }
  const char* language_tag() const { return language_ == Language::kJapanese ? "ja" : "en"; }
  /// The part at a JSON pointer; null when absent.
  const Json& part(const char* pointer) const { return part_of(*report_, pointer); }
  std::string text(const char* pointer) const { return text_of(*report_, pointer); }
  std::string say(std::string_view key, std::initializer_list<Fill> fills = {}) const {
    return phrases_->say(key, fills);
  }
  /// `key` is ours, `word` comes from the report: a word without wording reads as itself.
  std::string say_word(const std::string& key, const std::string& word) const;

  static const Json& part_of(const Json& from, const char* pointer);
  static std::string text_of(const Json& from, const char* pointer);
  static std::string count_of(const Json& from, const char* pointer);
  /// The language's side of {"ja": …, "en": …}.
  std::string both_of(const Json& from, const char* pointer) const;

  /// "2026-09-13 02:06:40" in Japan's time; "time unknown" for null.
  std::string japan_time(const Json& time) const;
  /// With the server's own time beside it where its offset is another one.
  std::string full_time(const Json& time) const;
  /// "2026年9月13日 02:06" or "13 September 2026, 02:06 JST": for people, minutes.
  std::string spoken_time(const Json& time) const;

 private:
  const Json* report_;
  Language language_;
  const Phrases* phrases_;
};

/// One of our own class names, whatever the report's verdict of an intrusion says.
std::string verdict_class(const ReportView& report);
/// More than a remark: worth an article of its own.
bool is_told(const Json& finding);

void write_head(HtmlWriter& out, const ReportView& report, const std::string& title);
void write_end(HtmlWriter& out);

// The page's parts, in order.
void write_summary(HtmlWriter& out, const ReportView& report);
void write_investigation(HtmlWriter& out, const ReportView& report);
/// Of that part what could not be seen, and how the disk was read.
void write_gaps(HtmlWriter& out, const ReportView& report);
void write_work(HtmlWriter& out, const ReportView& report);
void write_appendix(HtmlWriter& out, const ReportView& report);

// Parts of the appendix that stand on other pages, too.
void write_timeline(HtmlWriter& out, const ReportView& report);
void write_evidence(HtmlWriter& out, const ReportView& report);

}  // namespace rescue::report
