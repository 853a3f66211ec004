#include "csv.hpp"

namespace rescue::pricing {
namespace {

constexpr std::string_view kFormulaStarts = "=+-@\t\r\n|%";

bool looks_like_a_formula(std::string_view text) {
  if (text.empty()) return false;
  if (kFormulaStarts.find(text.front()) != std::string_view::npos) return true;
  // Full-width signs count too where the program reads East Asian texts: U+FF1D, U+FF0B, U+FF0D, U+FF20.
  for (const std::string_view wide : {"\uff1d", "\uff0b", "\uff0d", "\uff20"}) {
    if (text.starts_with(wide)) return true;
  }
  const auto first = text.find_first_not_of(' ');
  return first != 0 && first != std::string_view::npos && looks_like_a_formula(text.substr(first));
}

}  // namespace

std::string csv_text(std::string_view text) {
  std::string plain = looks_like_a_formula(text) ? "'" : "";
  plain += text;
  if (plain.find_first_of(",\"\r\n") == std::string::npos) return plain;
  std::string out = "\"";
  for (const char c : plain) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + '"';
}

std::string csv_number(std::int64_t number) {
  return std::to_string(number);
}

std::string csv_record(const std::vector<std::string>& fields) {
  std::string out;
  for (std::size_t i = 0; i < fields.size(); ++i) out += (i > 0 ? "," : "") + fields[i];
  return out + "\r\n";
}

}  // namespace rescue::pricing
