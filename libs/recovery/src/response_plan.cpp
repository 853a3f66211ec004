#include "rescue/recovery/response_plan.hpp"

#include <algorithm>
#include <set>

#include "plan_account.hpp"
#include "plan_exim_relay.hpp"
#include "plan_script.hpp"
#include "rescue/base/sha256.hpp"
#include "rescue/recovery/sendmail_relay.hpp"

namespace rescue::recovery {
namespace {

constexpr std::size_t kAddressesMax = 200;

bool is_printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 127; });
}

/// A file is in one step only: a second one would be for a state of it that the first has ended.
void keep_apart(ResponsePlan& plan) {
  std::set<std::string> taken;
  std::erase_if(plan.steps, [&](const Step& step) {
    const bool late = std::any_of(step.files.begin(), step.files.end(),
                                  [&](const auto& file) { return taken.contains(file.path); });
    for (const auto& file : step.files) taken.insert(file.path);
    return late;
  });
}

/// What the record of a step would not hold is a person's; a record holds each file in base 64.
void leave_large_ones(ResponsePlan& plan) {
  constexpr std::size_t kMostBytes = 11 << 20;
  std::erase_if(plan.steps, [&](const Step& step) {
    std::size_t bytes = 0;
    for (const auto& file : step.files)
      bytes += (file.before ? file.before->bytes.size() : 0) + (file.after ? file.after->bytes.size() : 0);
    if (bytes <= kMostBytes) return false;
    plan.manual.push_back({step.title + " by hand", "its files are too large to be kept for an undo"});
    return true;
  });
}

/// An undo gives back no time that the record cannot hold.
void tell_odd_times(ResponsePlan& plan) {
  constexpr std::int64_t kLatest = ServerFiles::kMostSeconds * 1'000'000'000;
  for (auto& step : plan.steps) {
    for (const auto& file : step.files) {
      if (!file.before || (file.before->mtime_ns != 0 && file.before->mtime_ns != kLatest)) continue;
      step.notes.push_back("The time of " + file.path +
                           " lies outside of all that is kept: an undo gives it another one.");
    }
  }
}

std::string text_of(const ResponsePlan& plan) {
  std::string out;
  int number = 0;
  for (const auto& step : plan.steps) {
    out += std::to_string(++number) + ". " + step.title + "\n   Why: " + step.why + "\n";
    for (const auto& file : step.files)
      out += "   " + std::string(file.after ? (file.before ? "Changes " : "Writes ") : "Takes away ") +
             file.path + "\n";
    for (const auto& action : step.actions) out += "   Then: " + action.why + "\n";
    for (const auto& note : step.notes) out += "   Note: " + note + "\n";
  }
  for (const auto& sentence : plan.already) out += "Done already: " + sentence + "\n";
  for (const auto& one : plan.manual) out += "For a person: " + one.title + ". " + one.why + "\n";
  return out;
}

}  // namespace

Result<Way> way_from(const Json& json, const std::string& pointer) {
  if (!json.is_object()) return fail(ErrorCode::kInvalid, "wrong-type", "a way is an object", pointer);
  JsonReader in(json, pointer);
  Way way;
  way.way = in.one_of("way", {"open_relay", "abused_account", "abused_script"});
  way.account = in.optional_text("account", {.max_bytes = 200}).value_or("");
  way.script = in.optional_text("script", {.max_bytes = 4096}).value_or("");
  if (in.raw("addresses") != nullptr) way.addresses = in.texts("addresses", kAddressesMax, {.max_bytes = 64});
  if (!is_printable(way.account))
    in.fault("account", "not-allowed-value", "an account's name is of printable ASCII");
  if (!way.script.empty() && (!way.script.starts_with('/') || !is_printable(way.script)))
    in.fault("script", "not-allowed-value", "a script is named by its absolute path, of printable ASCII");
  RESCUE_TRY(in.done());
  return way;
}

Json describe(const ResponsePlan& plan) {
  Json steps = Json::array(), manual = Json::array();
  for (const auto& step : plan.steps) steps.push_back(describe(step));
  for (const auto& one : plan.manual) manual.push_back({{"title", one.title}, {"why", one.why}});
  Json out{{"steps", std::move(steps)},
           {"already", plan.already},
           {"manual", std::move(manual)},
           {"text", text_of(plan)}};
  out["sha256"] = sha256_hex(dump_json(out));
  return out;
}

ResponsePlan plan_response(const LiveServer& server, const std::vector<Way>& ways) {
  ResponsePlan plan;
  // An open relay is closed whether or not anybody was seen using it.
  plan_postfix_relay(server, plan);
  plan_exim_relay(server, plan);
  plan_sendmail_relay(server, plan);
  for (const auto& way : ways) {
    if (way.way == "abused_account") plan_account(server, way, plan);
    if (way.way == "abused_script") plan_script(server, way, plan);
  }
  keep_apart(plan);
  leave_large_ones(plan);
  tell_odd_times(plan);
  return plan;
}

}  // namespace rescue::recovery
