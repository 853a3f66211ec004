#include <algorithm>
#include <set>
#include <stdexcept>

#include "clean_text.hpp"
#include "phrases.hpp"
#include "report_parts.hpp"

namespace rescue::report {
namespace {

constexpr std::size_t kPlacesMax = 20;

/// What speaks for one step: the findings of its techniques.
struct Grounds {
  std::vector<std::string> findings;
  std::set<std::string> places;
  std::string account;
};

/// Of `techniques` (an ATT&CK id, or a family's id for all of it).
bool has_technique(const Investigation::Finding& finding, const Json& techniques) {
  return std::any_of(finding.attack_ids.begin(), finding.attack_ids.end(), [&](const std::string& id) {
    return std::any_of(techniques.begin(), techniques.end(),
                       [&](const Json& known) { return known == id || known == technique_family(id); });
  });
}

/// A step to be taken at once needs a finding that is more than background noise.
Grounds grounds_for(const Investigation& found, const Json& step) {
  const int floor = step["urgency"] == "now" ? 2 : 0;
  Grounds out;
  for (const Investigation::Finding& finding : found.findings.items) {
    if (severity_rank(finding.severity) < floor || !has_technique(finding, step["techniques"])) continue;
    out.findings.push_back(finding.id);
    const bool named = step["name_places"].get<bool>() && !finding.path.empty();
    if (named && out.places.size() < kPlacesMax) out.places.insert(finding.path);
    if (out.account.empty()) out.account = finding.account;
  }
  return out;
}

/// The first instant of the break-in, in Japan's time, for "before …"; "" when it is not known.
std::string broken_in_since(const Investigation& found) {
  if (found.entry_vectors.items.empty() || !found.entry_vectors.items.front().at) return "";
  const std::string text = time_json(*found.entry_vectors.items.front().at)["jst"];
  return text.substr(0, 10) + " " + text.substr(11, 5);
}

Json steps_json(const Investigation& found) {
  const std::string since = broken_in_since(found);
  const bool clean = found.intrusion.state == "none_found";
  Json out = Json::array();
  for (const Json& step : advice_data()["steps"]) {
    const std::string id = step["id"];
    const bool general = step["techniques"].empty();
    const Grounds grounds = grounds_for(found, step);
    if (!general && grounds.findings.empty()) continue;
    if (clean && id == "check-backups") continue;
    const std::initializer_list<Fill> fills{{"account", grounds.account}, {"since", since}};
    out.push_back({{"id", id},
                   {"urgency", step["urgency"]},
                   {"title", both("steps." + id + ".title", fills)},
                   {"why", both("steps." + id + ".why", fills)},
                   {"places", grounds.places},
                   {"findings", grounds.findings}});
  }
  return out;
}

/// A file of the customer's application that stands in the chain, to say which application is meant.
std::string chain_path(const Investigation& found, const Investigation::EntryVector& vector) {
  for (const std::string& id : vector.chain) {
    const Investigation::Finding* finding = found.finding(id);
    const bool of_application =
        finding != nullptr && has_technique(*finding, Json::array({"T1190", "T1505"}));
    if (of_application && !finding->path.empty()) return finding->path;
  }
  return "";
}

Json customer_task(const Investigation& found, const Investigation::EntryVector& vector,
                   const std::string& id) {
  const std::string path = chain_path(found, vector);
  const std::initializer_list<Fill> fills{{"account", vector.account}, {"path", path}};
  return {{"id", id},
          {"title", both("tasks." + id + ".title", fills)},
          {"why", both("tasks." + id + ".why", fills)},
          {"findings", vector.chain}};
}

/// R40: the way in was the customer's own application or password. Nothing is asked of them on a guess.
Json customer_tasks_json(const Investigation& found) {
  Json out = Json::array();
  if (!found.cause_known) return out;
  std::set<std::pair<std::string, std::string>> given;
  const Json& responsible = advice_data()["responsibility"];
  for (const Investigation::EntryVector& vector : found.entry_vectors.items) {
    const auto task = responsible.find(technique_family(vector.technique));
    if (task == responsible.end() || vector.confidence == "low") continue;
    if (!given.emplace(*task, vector.account).second) continue;
    out.push_back(customer_task(found, vector, *task));
  }
  return out;
}

}  // namespace

const Json& advice_data() {
  static const Json data = [] {
    auto parsed = parse_json(embedded_text("data/advice.json"));
    if (!parsed) throw std::logic_error("data/advice.json: " + parsed.error().detail);
    return *std::move(parsed);
  }();
  return data;
}

Json countermeasures_json(const Investigation& found) {
  return {{"steps", steps_json(found)}, {"customer_tasks", customer_tasks_json(found)}};
}

Json statements_json(const ReportInput& input) {
  const std::string terms = clean_text(input.terms_version);
  Json out = Json::array();
  for (const char* rule : {"R39", "R34", "R37", "R15", "R40", "R44"}) {
    out.push_back({{"rule", rule}, {"text", both(std::string("statements.") + rule, {{"version", terms}})}});
  }
  return out;
}

}  // namespace rescue::report
