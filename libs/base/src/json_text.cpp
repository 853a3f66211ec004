#include "rescue/base/json_text.hpp"

#include <algorithm>
#include <charconv>

namespace rescue {
namespace {

/// What stands in a JSON string as it is: ASCII without control bytes, quote and backslash. DEL is no control
/// byte to JSON (RFC 8259 section 7).
bool is_plain(char c) {
  return c >= ' ' && c != '"' && c != '\\';
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  if (!std::all_of(text.begin(), text.end(), is_plain)) {
    out += dump_json(Json(text));
    return;
  }
  out += '"';
  out += text;
  out += '"';
}

void JsonObjectText::begin(std::string_view name) {
  if (out_.size() > 1) out_ += ',';
  out_ += '"';
  out_ += name;
  out_ += "\":";
}

JsonObjectText& JsonObjectText::text(std::string_view name, std::string_view value) {
  begin(name);
  append_json_string(out_, value);
  return *this;
}

JsonObjectText& JsonObjectText::integer(std::string_view name, std::int64_t value) {
  begin(name);
  char digits[24];
  const auto end = std::to_chars(std::begin(digits), std::end(digits), value).ptr;
  out_.append(std::begin(digits), end);
  return *this;
}

JsonObjectText& JsonObjectText::number(std::string_view name, double value) {
  begin(name);
  out_ += dump_json(Json(value));
  return *this;
}

JsonObjectText& JsonObjectText::json(std::string_view name, std::string_view json) {
  begin(name);
  out_ += json;
  return *this;
}

std::string JsonObjectText::done() {
  out_ += '}';
  return std::move(out_);
}

}  // namespace rescue
