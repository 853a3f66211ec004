#include "probe_document.hpp"

#include <algorithm>

namespace rescue::worker {
namespace {

constexpr std::size_t kWhyBytesMax = 2'000;
constexpr std::size_t kSeenBytesMax = 200;
constexpr std::size_t kSeenItemsMax = 10;

tl::unexpected<Error> bad(const std::string& what) {
  return fail(ErrorCode::kCorrupt, "probe-bad-document",
              "the probe's document is not an investigation: " + what);
}

const Json* at(const Json& from, const char* pointer) {
  const Json::json_pointer place(pointer);
  return from.contains(place) ? &from.at(place) : nullptr;
}

Result<std::string> text_at(const Json& document, const char* pointer) {
  const Json* value = at(document, pointer);
  if (value == nullptr || !value->is_string()) return bad(std::string(pointer) + " is no text");
  return value->get<std::string>();
}

Result<std::string> why_at(const Json& document, const char* pointer) {
  RESCUE_ASSIGN(std::string why, text_at(document, pointer));
  if (why.size() > kWhyBytesMax) {
    // Never in the middle of a character.
    std::size_t end = kWhyBytesMax;
    while (end > 0 && (static_cast<unsigned char>(why[end]) & 0xC0U) == 0x80U) --end;
    why.resize(end);
    why += "…";
  }
  return why;
}

Result<std::string> state_at(const Json& document, const char* pointer) {
  RESCUE_ASSIGN(std::string state, text_at(document, pointer));
  for (const char* known : {"confirmed", "suspected", "none_found", "undetermined"}) {
    if (state == known) return state;
  }
  return bad(std::string(pointer) + " is no verdict");
}

/// Whoever read nothing cannot say anything about the server.
Status check_something_was_read(const Json& document) {
  const Json* files = at(document, "/counts/files_read");
  if (files == nullptr || !files->is_number_integer()) return bad("/counts/files_read is no number");
  if (*files > 0) return {};
  return fail(ErrorCode::kNotFound, "probe-read-nothing",
              "nothing that an investigation reads was found: mount the server's system disk, then requeue "
              "the job");
}

Result<Json> count_findings(const Json& document) {
  const Json* findings = at(document, "/findings");
  if (findings == nullptr || !findings->is_array()) return bad("/findings is no list");
  Json counts{{"critical", 0}, {"high", 0}, {"medium", 0}, {"low", 0}, {"info", 0}};
  for (const Json& finding : *findings) {
    const auto severity = text_at(finding, "/severity");
    if (!severity || !counts.contains(*severity)) return bad("a finding without a severity");
    counts[*severity] = counts[*severity].get<std::int64_t>() + 1;
  }
  return counts;
}

/// As much of a text as may be shown, or nothing where there is none.
std::string short_text(const Json* value) {
  if (value == nullptr || !value->is_string()) return {};
  const auto& text = value->get_ref<const std::string&>();
  return text.size() <= kSeenBytesMax ? text : std::string();
}

/// What the customer can be asked about: a few facts, left out where they are missing or odd.
Json what_was_seen(const Json& document) {
  Json seen = Json::object();
  const auto add = [&](const char* name, std::string text) {
    if (!text.empty()) seen[name] = std::move(text);
  };
  add("os", short_text(at(document, "/host/os")));
  add("first_at", short_text(at(document, "/timeline/0/time")));
  for (const auto* name : {"addresses", "accounts"}) {
    const Json* list = at(document, (std::string("/impact/") + name).c_str());
    Json texts = Json::array();
    for (const Json& one : list != nullptr && list->is_array() ? *list : Json::array()) {
      auto text = short_text(&one);
      if (!text.empty() && texts.size() < kSeenItemsMax) texts.push_back(std::move(text));
    }
    if (!texts.empty()) seen[name] = std::move(texts);
  }
  return seen;
}

}  // namespace

Result<Json> summarise_document(std::string_view text) {
  const auto document = parse_json(text);
  if (!document) return bad(document.error().detail);
  const Json* version = at(*document, "/schema_version");
  if (version == nullptr || *version != 1) return bad("its schema_version is not 1");
  const Json* known = at(*document, "/cause/known");
  if (known == nullptr || !known->is_boolean()) return bad("/cause/known is neither true nor false");
  const Json* gaps = at(*document, "/gaps");
  if (gaps == nullptr || !gaps->is_array()) return bad("/gaps is no list");
  Json summary{{"cause_known", *known}, {"gaps", gaps->size()}};
  RESCUE_ASSIGN(summary["intrusion"], state_at(*document, "/verdict/intrusion/state"));
  RESCUE_ASSIGN(summary["intrusion_why"], why_at(*document, "/verdict/intrusion/why"));
  RESCUE_ASSIGN(summary["mail_abuse"], state_at(*document, "/verdict/mail_abuse/state"));
  RESCUE_ASSIGN(summary["mail_abuse_why"], why_at(*document, "/verdict/mail_abuse/why"));
  RESCUE_ASSIGN(summary["cause_why"], why_at(*document, "/cause/why"));
  RESCUE_ASSIGN(summary["findings"], count_findings(*document));
  RESCUE_TRY(check_something_was_read(*document));
  summary["seen"] = what_was_seen(*document);
  return summary;
}

}  // namespace rescue::worker
