#include "investigation.hpp"

#include <algorithm>

#include "clean_text.hpp"

namespace rescue::report {
namespace {

constexpr std::size_t kFindingsMax = 200;
constexpr std::size_t kEvidencePerFindingMax = 8;
constexpr std::size_t kEntryVectorsMax = 10;
constexpr std::size_t kChainMax = 40;
constexpr std::size_t kTimelineMax = 500;
constexpr std::size_t kGapsMax = 200;
constexpr std::size_t kWallsMax = 16;
constexpr std::size_t kImpactMax = 300;
constexpr std::size_t kSoftwareMax = 300;
constexpr std::size_t kResponseStepsMax = 100, kResponseNotesMax = 20;
constexpr std::size_t kResponseStaysMax = 10;
constexpr std::size_t kLongTextChars = 1'000;

const std::vector<std::string> kStates{"confirmed", "suspected", "none_found", "undetermined"};
const std::vector<std::string> kConfidences{"low", "medium", "high"};
const std::vector<std::string> kSeverities{"info", "low", "medium", "high", "critical"};

/// Reads fields of a document whose shape is agreed but not trusted; remembers the first fault.
class Fields {
 public:
  Fields(const Json& object, std::string pointer, std::optional<Error>& fault)
      : object_(&object), pointer_(std::move(pointer)), fault_(&fault) {
    if (!object.is_object()) blame("", "an object");
  }

  std::string text(const char* key, std::size_t chars_max = 400) const {
    const Json* value = find(key);
    if (value == nullptr || !value->is_string()) return blame(key, "a text");
    return clean_text(value->get_ref<const std::string&>(), {.chars_max = chars_max});
  }
  std::string one_of(const char* key, const std::vector<std::string>& words) const {
    std::string word = text(key);
    const bool known = std::find(words.begin(), words.end(), word) != words.end();
    return known ? word : blame(key, "one of the words of the schema");
  }
  bool boolean(const char* key) const {
    const Json* value = find(key);
    if (value == nullptr || !value->is_boolean()) return !blame(key, "true or false").empty();
    return value->get<bool>();
  }
  std::int64_t integer(const char* key) const {
    const Json* value = find(key);
    if (value == nullptr || !value->is_number_integer()) {
      blame(key, "a whole number");
      return 0;
    }
    return value->get<std::int64_t>();
  }
  bool has(const char* key) const { return find(key) != nullptr; }
  std::optional<Timestamp> time(const char* key) const {
    const std::string written = text(key);
    if (written.empty()) return std::nullopt;
    const auto parsed = parse_rfc3339(written);
    if (parsed) return *parsed;
    blame(key, "an RFC 3339 time or an empty text");
    return std::nullopt;
  }
  Fields object(const char* key) const {
    static const Json kNothing = Json::object();
    const Json* value = find(key);
    if (value == nullptr) blame(key, "an object");
    return Fields(value == nullptr ? kNothing : *value, pointer_ + "/" + key, *fault_);
  }
  std::size_t size(const char* key) const {
    const Json* value = find(key);
    return value != nullptr && value->is_array() ? value->size() : 0;
  }
  Fields at(const char* key, std::size_t index) const {
    return Fields((*find(key))[index], pointer_ + "/" + key + "/" + std::to_string(index), *fault_);
  }
  std::vector<std::string> texts(const char* key, std::size_t items_max) const {
    std::vector<std::string> out;
    const Json* list = this->list(key);
    if (list == nullptr) return out;
    for (const Json& item : *list) {
      if (!item.is_string()) {
        blame(key, "a list of texts");
        break;
      }
      if (out.size() == items_max) break;
      out.push_back(clean_text(item.get_ref<const std::string&>()));
    }
    return out;
  }
  const Json* list(const char* key) const {
    const Json* value = find(key);
    if (value != nullptr && value->is_array()) return value;
    blame(key, "a list");
    return nullptr;
  }
  std::string blame(const char* key, const char* wanted) const {
    const std::string place = pointer_ + (*key == '\0' ? "" : "/") + key;
    if (!*fault_) {
      *fault_ = Error{ErrorCode::kCorrupt, "bad-investigation",
                      "the investigation's " + place + " must be " + wanted, place};
    }
    return {};
  }

 private:
  const Json* find(const char* key) const {
    if (!object_->is_object()) return nullptr;
    const auto found = object_->find(key);
    return found == object_->end() ? nullptr : &*found;
  }
  const Json* object_;
  std::string pointer_;
  std::optional<Error>* fault_;
};

Investigation::Evidence read_evidence(const Fields& in) {
  Investigation::Evidence out;
  out.file = in.text("file");
  out.sha256 = in.text("sha256");
  if (!out.sha256.empty() && out.sha256.size() != 64) in.blame("sha256", "64 hex digits or an empty text");
  out.excerpt = in.text("excerpt", 500);
  for (const char* place : {"line", "record", "entry", "offset"}) {
    if (!in.has(place)) continue;
    out.place = place;
    out.number = in.integer(place);
    break;
  }
  return out;
}

Investigation::Finding read_finding(const Fields& in) {
  Investigation::Finding out;
  out.id = in.text("id");
  out.rule = in.text("rule");
  out.title = in.text("title");
  out.severity = in.one_of("severity", kSeverities);
  out.confidence = in.one_of("confidence", kConfidences);
  out.attack_ids = in.texts("attack_ids", 20);
  out.path = in.text("path");
  out.account = in.text("account", 100);
  out.address = in.text("address", 100);
  out.time = in.time("time");
  out.why = in.text("why", kLongTextChars);
  out.benign = in.text("benign", kLongTextChars);
  in.list("evidence");
  const std::size_t total = in.size("evidence");
  for (std::size_t i = 0; i < std::min(total, kEvidencePerFindingMax); ++i) {
    out.evidence.push_back(read_evidence(in.at("evidence", i)));
  }
  out.evidence_omitted = total - out.evidence.size();
  return out;
}

Investigation::EntryVector read_entry_vector(const Fields& in) {
  return {.technique = in.text("technique", 20),
          .title = in.text("title"),
          .confidence = in.one_of("confidence", kConfidences),
          .why = in.text("why", kLongTextChars),
          .account = in.text("account", 100),
          .address = in.text("address", 100),
          .at = in.time("at"),
          .chain = in.texts("chain", kChainMax)};
}

/// "+09:00" as minutes.
std::chrono::minutes read_offset(const Fields& in) {
  const std::string text = in.text("utc_offset");
  const auto digit = [&](std::size_t i) { return text[i] >= '0' && text[i] <= '9'; };
  const bool shaped = text.size() == 6 && (text[0] == '+' || text[0] == '-') && digit(1) && digit(2) &&
                      text[3] == ':' && digit(4) && digit(5);
  if (!shaped) {
    in.blame("utc_offset", "an offset like +09:00");
    return {};
  }
  const auto value = [&](std::size_t i) { return (text[i] - '0') * 10 + (text[i + 1] - '0'); };
  const std::chrono::minutes out(value(1) * 60 + value(4));
  return text[0] == '-' ? -out : out;
}

Investigation::TimelineEntry read_timeline_entry(const Fields& in) {
  Investigation::TimelineEntry out;
  const auto time = in.time("time");
  if (!time) in.blame("time", "an RFC 3339 time");
  out.time = time.value_or(Timestamp{});
  out.utc_offset = read_offset(in);
  out.text = in.text("text");
  out.source = in.text("source");
  if (in.has("finding")) out.finding = in.text("finding", 20);
  return out;
}

Investigation::Software read_software(const Fields& in) {
  return {.name = in.text("name", 150),
          .kind = in.text("kind", 20),
          .version = in.text("version", 60),
          .path = in.text("path"),
          .support_ended = in.text("support_ended", 20)};
}

Investigation::Gap read_gap(const Fields& in) {
  const Fields period = in.object("period");
  return {.path = in.text("path"),
          .reason = in.text("reason", kLongTextChars),
          .prevents = in.text("prevents", kLongTextChars),
          .offset = in.integer("offset"),
          .bytes = in.integer("bytes"),
          .from = period.time("from"),
          .to = period.time("to")};
}

Investigation::Wall read_wall(const Fields& in) {
  return {.level = in.text("level", 40), .why = in.text("why"), .held = in.boolean("held")};
}

/// After the steps a stranger from outside was still taken mail from.
bool relays_still(const Fields& outside) {
  if (!outside.has("after") || !outside.object("after").has("checks")) return false;
  const Fields after = outside.object("after");
  for (std::size_t i = 0; i < std::min(after.size("checks"), kResponseStepsMax); ++i) {
    const Fields check = after.at("checks", i);
    if (check.text("answer") == "confirmed" && check.object("complaint").text("kind") == "open_relay")
      return true;
  }
  return false;
}

Investigation::Response read_response(const Fields& in) {
  Investigation::Response out;
  out.outcome = in.one_of("outcome", {"full", "partial", "failed"});
  for (std::size_t i = 0; i < std::min(in.size("steps"), kResponseStepsMax); ++i) {
    const Fields step = in.at("steps", i);
    Investigation::Response::Step one{
        .id = step.text("id"),
        .title = step.text("title"),
        .state = step.one_of("state", {"done", "already", "earlier", "refused"}),
        .files = {},
        .notes = step.has("notes") ? step.texts("notes", kResponseNotesMax) : std::vector<std::string>()};
    for (std::size_t k = 0; k < std::min(step.size("files"), kResponseStepsMax); ++k)
      one.files.push_back(step.at("files", k).text("path"));
    out.steps.push_back(std::move(one));
  }
  for (std::size_t i = 0; i < std::min(in.size("manual"), kResponseStepsMax); ++i) {
    const Fields one = in.at("manual", i);
    out.manual.push_back({.title = one.text("title"), .why = one.text("why", kLongTextChars)});
  }
  out.relays_still = in.has("outside") && relays_still(in.object("outside"));
  for (std::size_t i = 0; i < std::min(in.size("stays"), kResponseStaysMax); ++i) {
    const Fields one = in.at("stays", i);
    out.stays.push_back({.what = one.one_of("what", {"purged_mail", "records"}), .place = one.text("place")});
  }
  return out;
}

template <class T, class Read>
Investigation::Bounded<T> read_list(const Fields& in, const char* key, std::size_t items_max, Read read) {
  Investigation::Bounded<T> out;
  in.list(key);
  out.total = in.size(key);
  for (std::size_t i = 0; i < std::min(out.total, items_max); ++i) out.items.push_back(read(in.at(key, i)));
  return out;
}

Investigation::Bounded<std::string> read_texts(const Fields& in, const char* key) {
  return {.items = in.texts(key, kImpactMax), .total = in.size(key)};
}

/// Keeps the most severe ones when there are too many; the document's order stays.
Investigation::Bounded<Investigation::Finding> read_findings(const Fields& in) {
  auto out = read_list<Investigation::Finding>(in, "findings", std::size_t(-1), read_finding);
  for (int rank = 0; out.items.size() > kFindingsMax && rank <= 4; ++rank) {
    std::size_t surplus = out.items.size() - kFindingsMax;
    for (std::size_t i = out.items.size(); i-- > 0 && surplus > 0;) {
      if (severity_rank(out.items[i].severity) != rank) continue;
      out.items.erase(out.items.begin() + static_cast<std::ptrdiff_t>(i));
      --surplus;
    }
  }
  return out;
}

Investigation::Judgement read_judgement(const Fields& in) {
  return {.state = in.one_of("state", kStates), .why = in.text("why", kLongTextChars)};
}

void read_counts(const Fields& in, const Json& document, std::map<std::string, std::int64_t>& out) {
  out["files_read"] = in.integer("files_read");
  for (const auto& [name, value] : document["counts"].items()) {
    if (value.is_number_integer() && out.size() < 50) out[clean_text(name)] = value.get<std::int64_t>();
  }
}

}  // namespace

int severity_rank(std::string_view severity) {
  const auto found = std::find(kSeverities.begin(), kSeverities.end(), severity);
  return found == kSeverities.end() ? -1 : static_cast<int>(found - kSeverities.begin());
}

const Investigation::Finding* Investigation::finding(const std::string& id) const {
  const auto found = std::find_if(findings.items.begin(), findings.items.end(),
                                  [&](const Finding& f) { return f.id == id; });
  return found == findings.items.end() ? nullptr : &*found;
}

std::optional<std::chrono::minutes> Investigation::offset_at(const std::string& finding_id,
                                                             Timestamp time) const {
  std::optional<std::chrono::minutes> nearest;
  auto best = std::chrono::microseconds::max();
  for (const TimelineEntry& entry : timeline.items) {
    if (!finding_id.empty() && entry.finding == finding_id) return entry.utc_offset;
    const auto distance = std::chrono::abs(entry.time - time);
    if (distance < best) {
      best = distance;
      nearest = entry.utc_offset;
    }
  }
  return nearest;
}

Result<Investigation> parse_investigation(const Json& document) {
  std::optional<Error> fault;
  const Fields in(document, "", fault);
  if (in.integer("schema_version") != 1) in.blame("schema_version", "1");
  Investigation out;
  out.tool_version = in.object("tool").text("version", 100);
  const Fields host = in.object("host");
  out.hostname = host.text("hostname", 200);
  out.os = host.text("os", 200);
  out.time_zone = host.text("time_zone", 100);
  out.from = in.object("period").time("from");
  out.to = in.object("period").time("to");
  out.intrusion = read_judgement(in.object("verdict").object("intrusion"));
  out.mail_abuse = read_judgement(in.object("verdict").object("mail_abuse"));
  out.cause_known = in.object("cause").boolean("known");
  out.cause_why = in.object("cause").text("why", kLongTextChars);
  out.entry_vectors =
      read_list<Investigation::EntryVector>(in, "entry_vectors", kEntryVectorsMax, read_entry_vector);
  out.findings = read_findings(in);
  out.timeline = read_list<Investigation::TimelineEntry>(in, "timeline", kTimelineMax, read_timeline_entry);
  const Fields impact = in.object("impact");
  out.accounts = read_texts(impact, "accounts");
  out.files = read_texts(impact, "files");
  out.addresses = read_texts(impact, "addresses");
  if (in.has("software"))
    out.software = read_list<Investigation::Software>(in, "software", kSoftwareMax, read_software);
  out.gaps = read_list<Investigation::Gap>(in, "gaps", kGapsMax, read_gap);
  if (in.has("sandbox"))
    out.sandbox = read_list<Investigation::Wall>(in, "sandbox", kWallsMax, read_wall).items;
  if (in.has("response")) out.response = read_response(in.object("response"));
  const Fields counts = in.object("counts");
  if (!fault) read_counts(counts, document, out.counts);
  if (fault) return fail(*fault);
  return out;
}

}  // namespace rescue::report
