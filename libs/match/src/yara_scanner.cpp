#include <algorithm>
#include <new>

#include "rescue/base/ascii.hpp"
#include "yara_library.hpp"

namespace rescue::match {
namespace {

constexpr int kMostSeconds = 20;
constexpr std::size_t kMostStrings = 5, kMostBytes = 64, kMostMeta = 30, kMostText = 500;

std::string cut(const char* text) {
  return std::string(text == nullptr ? "" : text).substr(0, kMostText);
}

/// By the first bytes, in the words of public sets.
const char* filetype_of(std::string_view bytes) {
  struct Magic {
    std::string_view beginning;
    const char* name;
  };
  static constexpr Magic kMagics[] = {{"\x7f"
                                       "ELF",
                                       "ELF"},
                                      {"MZ", "EXE"},
                                      {"PK\x03\x04", "ZIP"},
                                      {"Rar!", "RAR"},
                                      {"7z\xbc\xaf", "7ZIP"},
                                      {"\x1f\x8b", "GZIP"},
                                      {"GIF8", "GIF"},
                                      {"\x89PNG", "PNG"},
                                      {"\xff\xd8\xff", "JPG"},
                                      {"%PDF", "PDF"},
                                      {"\xca\xfe\xba\xbe", "JAVACLASS"},
                                      {"<?php", "PHP"},
                                      {"#!", "SCRIPT"}};
  const auto* const at = std::find_if(std::begin(kMagics), std::end(kMagics),
                                      [&](const Magic& magic) { return bytes.starts_with(magic.beginning); });
  return at == std::end(kMagics) ? "UNKNOWN" : at->name;
}

/// One stretch of bytes that stands for a file which may be longer.
struct Block {
  std::string_view bytes;
  std::uint64_t file_size = 0;
  YR_MEMORY_BLOCK block{};
};

const uint8_t* data_of(YR_MEMORY_BLOCK* block) {
  return reinterpret_cast<const uint8_t*>(static_cast<Block*>(block->context)->bytes.data());
}
YR_MEMORY_BLOCK* first_block(YR_MEMORY_BLOCK_ITERATOR* iterator) {
  auto& own = *static_cast<Block*>(iterator->context);
  iterator->last_error = ERROR_SUCCESS;
  own.block = {own.bytes.size(), 0, &own, data_of};
  return &own.block;
}
YR_MEMORY_BLOCK* next_block(YR_MEMORY_BLOCK_ITERATOR* iterator) {
  iterator->last_error = ERROR_SUCCESS;
  return nullptr;
}
uint64_t size_of_file(YR_MEMORY_BLOCK_ITERATOR* iterator) {
  return static_cast<Block*>(iterator->context)->file_size;
}

std::vector<YaraString> strings_of(YR_SCAN_CONTEXT* context, YR_RULE* rule) {
  std::vector<YaraString> found;
  YR_STRING* string = nullptr;
  yr_rule_strings_foreach(rule, string) {
    if (STRING_IS_PRIVATE(string)) continue;
    YR_MATCH* match = nullptr;
    yr_string_matches_foreach(context, string, match) {
      if (found.size() == kMostStrings) return found;
      const auto length = std::min(static_cast<std::size_t>(std::max(match->data_length, 0)), kMostBytes);
      found.push_back({string->identifier, static_cast<std::uint64_t>(match->base + match->offset),
                       std::string(reinterpret_cast<const char*>(match->data), length)});
      break;  // the first of each string
    }
  }
  return found;
}

std::string text_of(const YR_META& meta) {
  if (meta.type == META_TYPE_STRING) return cut(meta.string);
  if (meta.type == META_TYPE_BOOLEAN) return meta.integer != 0 ? "true" : "false";
  return std::to_string(meta.integer);
}

YaraMatch match_of(YR_SCAN_CONTEXT* context, YR_RULE* rule) {
  YaraMatch found{
      .rule = cut(rule->identifier), .source = cut(rule->ns->name), .tags = {}, .meta = {}, .strings = {}};
  const char* tag = nullptr;
  yr_rule_tags_foreach(rule, tag) {
    if (found.tags.size() < kMostMeta) found.tags.push_back(cut(tag));
  }
  YR_META* meta = nullptr;
  yr_rule_metas_foreach(rule, meta) {
    if (found.meta.size() < kMostMeta) found.meta.emplace(cut(meta->identifier), text_of(*meta));
  }
  found.strings = strings_of(context, rule);
  return found;
}

int on_message(YR_SCAN_CONTEXT* context, int message, void* data, void* matches) {
  if (message == CALLBACK_MSG_RULE_MATCHING)
    static_cast<std::vector<YaraMatch>*>(matches)->push_back(match_of(context, static_cast<YR_RULE*>(data)));
  return CALLBACK_CONTINUE;
}

}  // namespace

struct YaraScanner::State {
  YR_SCANNER* scanner = nullptr;
  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() {
    if (scanner != nullptr) yr_scanner_destroy(scanner);
  }
};

YaraScanner::YaraScanner(const YaraRules& rules) : state_(std::make_unique<State>()) {
  if (rules.count() == 0) return;
  if (yr_scanner_create(rules.compiled_->rules, &state_->scanner) != ERROR_SUCCESS) throw std::bad_alloc();
  yr_scanner_set_timeout(state_->scanner, kMostSeconds);
  yr_scanner_set_flags(state_->scanner,
                       SCAN_FLAGS_FAST_MODE | SCAN_FLAGS_NO_TRYCATCH | SCAN_FLAGS_REPORT_RULES_MATCHING);
}
YaraScanner::YaraScanner(YaraScanner&&) noexcept = default;
YaraScanner& YaraScanner::operator=(YaraScanner&&) noexcept = default;
YaraScanner::~YaraScanner() = default;

Result<std::vector<YaraMatch>> YaraScanner::scan(std::string_view bytes, const YaraSubject& subject) {
  std::vector<YaraMatch> matches;
  auto* scanner = state_->scanner;
  if (scanner == nullptr) return matches;
  const auto slash = subject.path.rfind('/');
  const auto name = subject.path.substr(slash + 1);
  const auto dot = name.rfind('.');
  const std::string values[] = {name, subject.path.substr(0, slash == subject.path.npos ? 0 : slash),
                                dot == name.npos ? "" : lower_ascii(name.substr(dot)), filetype_of(bytes),
                                subject.owner};
  for (std::size_t i = 0; i < std::size(values); ++i)
    yr_scanner_define_string_variable(scanner, kExternalVariables.at(i), values[i].c_str());
  yr_scanner_set_callback(scanner, on_message, &matches);
  Block block{bytes, subject.size, {}};
  YR_MEMORY_BLOCK_ITERATOR iterator{};
  iterator.context = &block;
  iterator.first = first_block;
  iterator.next = next_block;
  iterator.file_size = size_of_file;
  const int error = yr_scanner_scan_mem_blocks(scanner, &iterator);
  if (error == ERROR_SUCCESS) return matches;
  return fail(ErrorCode::kUnavailable, "unreadable-file",
              error == ERROR_SCAN_TIMEOUT ? "the YARA rules took longer than 20 s on it"
                                          : "libyara gave up on it (error " + std::to_string(error) + ")");
}

}  // namespace rescue::match
