#include "annex_fields.hpp"

#include "rescue/base/sha256.hpp"
#include "rescue/catalog/contracts.hpp"

namespace rescue::catalog {
namespace {

using std::chrono::days;

constexpr std::size_t kEntriesMax = 10'000;
constexpr std::size_t kTextBytesMax = 4'000;

}  // namespace

Json to_json(const LocalText& text) {
  return {{"ja", text.ja}, {"en", text.en}};
}

Result<LocalText> read_text(JsonReader in) {
  LocalText out;
  out.ja = in.text("ja", {.max_bytes = kTextBytesMax});
  out.en = in.text("en", {.max_bytes = kTextBytesMax});
  RESCUE_TRY(in.done());
  return out;
}

std::chrono::sys_days read_day(JsonReader& in, std::string_view key) {
  const auto text = in.text(key, {.max_bytes = 10});
  const auto day = parse_day(text);
  if (day) return *day;
  if (!text.empty()) in.fault(key, day.error().problem, day.error().detail);
  return {};
}

Validity read_validity(JsonReader& in) {
  Validity out;
  out.from = read_day(in, "valid_from");
  const Json* to = in.raw("valid_to");
  if (to == nullptr) return out;
  out.to = read_day(in, "valid_to");
  if (*out.to < out.from) in.fault("valid_to", "bad-date", "lies before valid_from");
  return out;
}

Status each_entry(const Json* list, const std::string& pointer,
                  const std::function<Status(const Json&, const std::string&)>& read) {
  if (list == nullptr || !list->is_array() || list->empty() || list->size() > kEntriesMax) {
    return fail(ErrorCode::kInvalid, "wrong-type", "must be a list of 1 to 10000 entries", pointer);
  }
  for (std::size_t i = 0; i < list->size(); ++i) {
    RESCUE_TRY(read((*list)[i], pointer + "/" + std::to_string(i)));
  }
  return {};
}

Status TimelineCheck::add(const std::string& thing, const Validity& validity, const std::string& pointer) {
  const auto before = last_.find(thing);
  if (before == last_.end()) {
    last_.emplace(thing, validity);
    return {};
  }
  const auto& last = before->second;
  const std::string place = pointer + "/valid_from";
  const std::string ends = last.to ? "ends on " + format_day(*last.to) : "has no end";
  if (!last.to || validity.from <= *last.to) {
    return fail(ErrorCode::kInvalid, "bad-date", "overlaps the row of " + thing + " before it, which " + ends,
                place);
  }
  if (validity.from != *last.to + days(1)) {
    return fail(ErrorCode::kInvalid, "bad-date",
                "leaves a gap: the row of " + thing + " before it " + ends + ", so this one must begin on " +
                    format_day(*last.to + days(1)),
                place);
  }
  before->second = validity;
  return {};
}

tl::unexpected<Error> twice(std::string_view what, const std::string& pointer) {
  return fail(ErrorCode::kInvalid, "duplicate-item", std::string(what) + " stands twice", pointer);
}
tl::unexpected<Error> missing(std::string_view what, const std::string& pointer) {
  return fail(ErrorCode::kInvalid, "missing-field", std::string(what) + " is missing", pointer);
}

AnnexVersion version_of(std::string_view annex, std::string version, Json row) {
  row.erase("valid_to");
  AnnexVersion out{std::string(annex), std::move(version), {}, dump_json(row)};
  out.sha256 = sha256_hex(out.content);
  return out;
}

}  // namespace rescue::catalog
