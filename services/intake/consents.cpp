#include "consents.hpp"

#include <algorithm>
#include <set>

#include "rescue/base/broken_rule.hpp"
#include "rescue/base/id.hpp"
#include "rescue/base/sha256.hpp"
#include "rescue/catalog/contracts.hpp"

namespace rescue::intake {
namespace {

using catalog::Consent;
using std::chrono::sys_days;

constexpr std::size_t kConsentsMax = 100;
constexpr std::string_view kConsents = "/consents";
/// Of texts whose language the order does not name: the one in which the service is specified.
constexpr std::string_view kDefaultLanguage = "ja";

/// One entry of an order's `consents`.
struct Given {
  std::string pointer;
  std::string id;
  std::string version;  ///< "": not said
  std::string language{kDefaultLanguage};
};

tl::unexpected<Error> refuse(std::string_view problem, std::string detail,
                             std::string pointer = std::string(kConsents)) {
  return fail(ErrorCode::kInvalid, std::string(problem), std::move(detail), std::move(pointer));
}

Result<Given> read_one(const Json& entry, std::string pointer) {
  Given out{.pointer = std::move(pointer), .id = {}, .version = {}};
  if (entry.is_object()) {
    JsonReader in(entry, out.pointer);
    out.id = in.text("id", {.max_bytes = 64});
    out.version = in.text("text_version", {.max_bytes = 64});
    out.language = in.one_of("language", {"ja", "en"});
    RESCUE_TRY(in.done());
    return out;
  }
  if (!entry.is_string() || entry.get_ref<const std::string&>().empty() ||
      entry.get_ref<const std::string&>().size() > 64) {
    return refuse("wrong-type", "must be {\"id\", \"text_version\", \"language\"} or a consent item's id",
                  out.pointer);
  }
  out.id = entry.get<std::string>();
  return out;
}

Result<std::vector<Given>> read_all(const Json* given) {
  if (given == nullptr) return refuse("missing-field", "the field \"consents\" is required");
  if (!given->is_array() || given->size() > kConsentsMax) {
    return refuse("wrong-type",
                  "must be a list of at most " + std::to_string(kConsentsMax) + " consent items");
  }
  std::vector<Given> out;
  std::set<std::string> known;
  for (const auto& entry : *given) {
    RESCUE_ASSIGN(auto one, read_one(entry, std::string(kConsents) + "/" + std::to_string(out.size())));
    if (!known.insert(one.id).second) return refuse("duplicate-item", "lists the same item twice");
    out.push_back(std::move(one));
  }
  return out;
}

auto is_item(const std::string& id) {
  return [&id](const auto& one) { return one.id == id; };
}

/// Every item in force must be given, and none else.
Status check_items(const std::vector<Given>& given, const std::vector<Consent>& in_force) {
  std::string missing;
  for (const auto& consent : in_force) {
    if (std::any_of(given.begin(), given.end(), is_item(consent.id))) continue;
    missing += (missing.empty() ? "" : ", ") + consent.id;
  }
  if (!missing.empty() && !broken("all-consents")) {
    return refuse("missing-consent", "each consent item must be accepted; missing: " + missing);
  }
  for (const auto& one : given) {
    if (std::any_of(in_force.begin(), in_force.end(), is_item(one.id))) continue;
    return refuse("unknown-consent", "no such consent item is in force: " + one.id);
  }
  return {};
}

/// When an id was made: its first ten characters are the milliseconds since the epoch.
Timestamp made_at(const std::string& id) {
  constexpr std::string_view kAlphabet = "0123456789abcdefghjkmnpqrstvwxyz";
  std::int64_t ms = 0;
  for (const char c : id.substr(id.find('_') + 1, 10)) {
    ms = ms * 32 + static_cast<std::int64_t>(kAlphabet.find(c));
  }
  return from_us(ms * 1000);
}

/// Since the quote was made the customer could be shown these texts. Pricing knows whether there is such a
/// quote and whether it still holds.
std::vector<Consent> texts_since(const OfferedConsents& offered, const std::string& quote_id) {
  auto from = offered.today;
  if (is_id("quo", quote_id)) from = std::min(from, catalog::day_in_tokyo(made_at(quote_id)));
  return offered.texts->within({from, offered.today});
}

Json accepted(const Consent& consent, const Given& given) {
  const auto& text = given.language == "en" ? consent.text.en : consent.text.ja;
  auto out = catalog::to_json(std::vector<Consent>{consent}).at(0);
  out["language"] = given.language;
  out["text_sha256"] = sha256_hex(text);
  out["shown"] = !given.version.empty();
  return out;
}

}  // namespace

Result<OfferedConsents> OfferedConsents::at(const catalog::AnnexSnapshot& annexes, Timestamp now) {
  OfferedConsents out;
  out.texts = annexes->consents;
  out.today = catalog::day_in_tokyo(now);
  RESCUE_ASSIGN(out.in_force, out.texts->on(out.today));
  return out;
}

Result<Json> accept_consents(const Json* given, const OfferedConsents& offered, const std::string& quote_id) {
  RESCUE_ASSIGN(const auto all, read_all(given));
  RESCUE_TRY(check_items(all, offered.in_force));
  const auto texts = texts_since(offered, quote_id);
  Json out = Json::array();
  for (const auto& consent : offered.in_force) {
    const auto one = std::find_if(all.begin(), all.end(), is_item(consent.id));
    if (one == all.end()) continue;
    const auto text = std::find_if(texts.begin(), texts.end(), [&](const Consent& each) {
      return each.id == one->id && each.version == (one->version.empty() ? consent.version : one->version);
    });
    if (text == texts.end()) {
      return refuse(
          "consent-not-in-force",
          one->id + ": the text " + one->version + " is not in force; the right one is " + consent.version,
          one->pointer + "/text_version");
    }
    out.push_back(accepted(*text, *one));
  }
  return out;
}

}  // namespace rescue::intake
