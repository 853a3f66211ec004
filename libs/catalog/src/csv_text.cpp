#include <set>

#include "rescue/catalog/annex_text.hpp"

namespace rescue::catalog {
namespace {

constexpr std::size_t kColumnsMax = 50;

/// Goes through the text record by record.
class Records {
 public:
  explicit Records(std::string_view text) : rest_(text) {
    if (rest_.starts_with("\xef\xbb\xbf")) rest_.remove_prefix(3);
  }

  bool next() {
    skip_comments();
    fields.clear();
    if (rest_.empty()) return false;
    line = next_line_;
    while (take_field()) {
    }
    return fault.empty();
  }

  std::vector<std::string> fields;
  int line = 0;
  std::string fault;

 private:
  void skip_comments() {
    while (!rest_.empty() && (rest_.front() == '#' || rest_.front() == '\n' || rest_.starts_with("\r\n"))) {
      const auto end = rest_.find('\n');
      rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
      ++next_line_;
    }
  }

  /// One field and what ends it; true when another follows in this record.
  bool take_field() {
    fields.emplace_back();
    const bool quoted = !rest_.empty() && rest_.front() == '"';
    if (quoted ? !take_quoted() : !take_plain()) return false;
    if (rest_.starts_with("\r\n")) rest_.remove_prefix(1);
    if (rest_.empty()) return false;
    const char end = rest_.front();
    rest_.remove_prefix(1);
    if (end == '\n') ++next_line_;
    if (end != '\n' && end != ',') fault = "after a closing quote there must be a comma or the line's end";
    return end == ',' && fields.size() < kColumnsMax;
  }

  bool take_plain() {
    const auto end = std::min(rest_.find_first_of(",\r\n"), rest_.size());
    fields.back() = rest_.substr(0, end);
    if (fields.back().find('"') != std::string::npos) fault = "a field with a quote in it must be quoted";
    rest_.remove_prefix(end);
    return fault.empty();
  }

  bool take_quoted() {
    rest_.remove_prefix(1);
    for (;;) {
      const auto quote = rest_.find('"');
      if (quote == std::string_view::npos) {
        fault = "a quote is not closed";
        return false;
      }
      const auto part = rest_.substr(0, quote);
      for (const char c : part) next_line_ += c == '\n' ? 1 : 0;
      fields.back() += part;
      rest_.remove_prefix(quote + 1);
      if (!rest_.starts_with('"')) return true;
      fields.back() += '"';
      rest_.remove_prefix(1);
    }
  }

  std::string_view rest_;
  int next_line_ = 1;
};

tl::unexpected<Error> unreadable(const std::string& path, int line, const std::string& why) {
  return fail(ErrorCode::kInvalid, "annex-unreadable", path + ":" + std::to_string(line) + ": " + why);
}

}  // namespace

Result<AnnexText> parse_csv(std::string path, std::string text) {
  AnnexText out{.path = std::move(path), .text = std::move(text), .value = nullptr, .lines = {}};
  Records records(out.text);
  if (!records.next()) return unreadable(out.path, 1, "the line with the columns' names is missing");
  const auto columns = records.fields;
  if (std::set<std::string>(columns.begin(), columns.end()).size() != columns.size()) {
    return unreadable(out.path, records.line, "a column stands twice");
  }
  Json rows = Json::array();
  out.lines.emplace("/rows", records.line);
  while (records.next()) {
    if (records.fields.size() != columns.size()) {
      return unreadable(out.path, records.line,
                        "has " + std::to_string(records.fields.size()) + " fields, must have " +
                            std::to_string(columns.size()));
    }
    Json row = Json::object();
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (!records.fields[i].empty()) row[columns[i]] = std::move(records.fields[i]);
    }
    out.lines.emplace("/rows/" + std::to_string(rows.size()), records.line);
    rows.push_back(std::move(row));
  }
  if (!records.fault.empty()) return unreadable(out.path, records.line, records.fault);
  out.value = {{"rows", std::move(rows)}};
  return out;
}

}  // namespace rescue::catalog
