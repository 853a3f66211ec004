// The one place that knows RE2.
#include "regex.hpp"

#include <re2/re2.h>

#include <algorithm>

namespace rescue::sigma {

struct Regex::Program {
  Program(const std::string& pattern, const re2::RE2::Options& options) : regex(pattern, options) {}
  re2::RE2 regex;
};

Result<Regex> Regex::compile(const std::string& pattern, const Flags& flags) {
  constexpr std::size_t kMostBytes = 4096;
  constexpr int kMostMemory = 4 << 20;
  if (pattern.size() > kMostBytes)
    return fail(ErrorCode::kInvalid, "unusable-rule", "a regular expression over 4 KiB");
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(kMostMemory);
  // Evidence need not be UTF-8; a pattern in ASCII takes any bytes.
  const bool ascii =
      std::all_of(pattern.begin(), pattern.end(), [](char c) { return static_cast<signed char>(c) >= 0; });
  if (ascii) options.set_encoding(re2::RE2::Options::EncodingLatin1);
  std::string prefix;
  if (flags.ignore_case) prefix += 'i';
  if (flags.multi_line) prefix += 'm';
  if (flags.dot_all) prefix += 's';
  if (!prefix.empty()) prefix = "(?" + prefix + ")";
  auto program = std::make_shared<const Program>(prefix + pattern, options);
  if (!program->regex.ok()) {
    return fail(ErrorCode::kInvalid, "unusable-rule",
                "a regular expression that cannot be run in linear time: " + program->regex.error());
  }
  return Regex(std::move(program));
}

bool Regex::found_in(std::string_view text) const {
  return re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), program_->regex);
}

}  // namespace rescue::sigma
