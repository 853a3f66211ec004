#include "prose.hpp"

#include <algorithm>
#include <array>

#include "html_text.hpp"
#include "rescue/base/ascii.hpp"

namespace rescue::complaint {
namespace {

constexpr std::size_t kTextMax = 256 * 1024;

struct Line {
  std::string_view text;
  bool quoted = false;
};

/// Each mark is looked for once from where the last one ended: a line of blanks costs what it is long.
std::string_view without_quote(std::string_view line, bool& quoted) {
  std::size_t at = 0;
  auto mark = line.find_first_not_of(' ');
  for (; mark < line.size() && line[mark] == '>'; mark = line.find_first_not_of(' ', at)) {
    quoted = true;
    at = mark + 1;
  }
  if (!quoted) return line;
  if (mark == std::string_view::npos) return {};
  // One blank belongs to the mark; more of them, or a tab, fold a field.
  if (line[at] == ' ') ++at;
  return line.substr(at);
}

std::vector<Line> lines_of(std::string_view text) {
  std::vector<Line> out;
  bool in_quoted_signature = false;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    auto raw = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (raw.ends_with('\r')) raw.remove_suffix(1);
    Line line;
    line.text = without_quote(raw, line.quoted);
    if (line.text == "-- " || line.text == "--") {
      if (!line.quoted) break;
      in_quoted_signature = true;
    }
    in_quoted_signature = in_quoted_signature && line.quoted;
    if (in_quoted_signature) continue;
    out.push_back(line);
  }
  return out;
}

constexpr std::array<std::string_view, 12> kFieldNames = {
    "from",        "to",       "cc",       "subject",      "date",   "message-id",
    "return-path", "reply-to", "received", "delivered-to", "sender", "sent"};

/// "Subject: x": the name in lower case, or "".
std::string field_name(std::string_view line) {
  const auto colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0 || colon > 40) return {};
  const auto name = line.substr(0, colon);
  const bool plain = std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
  });
  return plain ? lower_ascii(name) : std::string();
}

struct Run {
  std::size_t end = 0;
  bool is_header = false;
};

/// The lines from `at` on that look like fields. They are a mail's with a Received among them, or three that
/// every mail has.
Run run_of_fields(const std::vector<Line>& lines, std::size_t at) {
  Run run{at, false};
  int known = 0;
  bool received = false;
  for (; run.end < lines.size() && lines[run.end].quoted == lines[at].quoted; ++run.end) {
    const auto line = lines[run.end].text;
    if (line.empty()) break;
    if ((line.front() == ' ' || line.front() == '\t') && run.end > at) continue;
    const auto name = field_name(line);
    if (name.empty()) break;
    if (std::find(kFieldNames.begin(), kFieldNames.end(), name) != kFieldNames.end()) ++known;
    received = received || name == "received";
  }
  run.is_header = received || known >= 3;
  return run;
}

bool is_text(const Part& part) {
  return part.form == Part::Form::kLeaf &&
         (part.type == "text/plain" || part.type == "text/html" || part.type.empty());
}

void append(std::string& out, std::string_view more) {
  if (out.size() + more.size() > kTextMax) more = more.substr(0, kTextMax - std::min(out.size(), kTextMax));
  out += more;
  if (!out.ends_with('\n')) out += '\n';
}

std::string text_of(const Part& part) {
  return part.type == "text/html" ? html_text(part.text) : part.text;
}

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

void collect(const Part& part, Content& out);

/// One of several that say the same: the plain one if it says something.
void collect_alternative(const Part& part, Content& out) {
  const auto plain = std::find_if(part.parts.begin(), part.parts.end(), [](const Part& one) {
    return one.form == Part::Form::kLeaf && one.type == "text/plain" && !is_blank(one.text);
  });
  if (plain != part.parts.end()) return append(out.text, plain->text);
  for (const auto& one : part.parts) collect(one, out);
}

void collect(const Part& part, Content& out) {
  if (part.form == Part::Form::kMessage) {
    if (!part.parts.empty()) out.attached.push_back(part.parts.front().headers);
    return;
  }
  if (part.form == Part::Form::kMultipart) {
    if (part.type == "multipart/alternative") return collect_alternative(part, out);
    for (const auto& one : part.parts) collect(one, out);
    return;
  }
  const bool fields = part.type == "text/rfc822-headers" || part.type == "message/rfc822-headers" ||
                      part.type == "message/rfc822";
  if (fields) {
    out.attached.push_back(parse_header_text(part.text));
  } else if (is_text(part)) {
    const bool log = part.attachment || !part.filename.empty();
    append(log ? out.logs : out.text, text_of(part));
  }
}

/// A field of a mail that anybody could have written, alone among the lines: it accuses nobody.
bool is_stray_field(std::string_view line) {
  const auto name = field_name(line);
  return name == "received" || name.starts_with("x-");
}

}  // namespace

Prose read_prose(std::string_view text) {
  const auto lines = lines_of(text);
  Prose out;
  for (std::size_t at = 0; at < lines.size();) {
    const auto run = run_of_fields(lines, at);
    const auto end = std::max(run.end, at + 1);
    std::string block;
    for (; at < end; ++at) {
      const auto line = lines[at];
      if (run.is_header) {
        append(block, line.text);
      } else if (!is_stray_field(line.text)) {
        append(line.quoted ? out.quoted : out.own, line.text);
      }
    }
    if (run.is_header) out.headers.push_back(parse_header_text(block));
  }
  return out;
}

Content read_content(const Part& mail) {
  Content out;
  collect(mail, out);
  return out;
}

const Part* find_leaf(const Part& part, std::string_view type) {
  if (part.form == Part::Form::kLeaf) return part.type == type ? &part : nullptr;
  if (part.form == Part::Form::kMessage) return nullptr;
  for (const auto& one : part.parts) {
    if (const auto* found = find_leaf(one, type)) return found;
  }
  return nullptr;
}

}  // namespace rescue::complaint
