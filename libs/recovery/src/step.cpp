#include "rescue/recovery/step.hpp"

#include <algorithm>
#include <array>

#include "rescue/base/sha256.hpp"

namespace rescue::recovery {
namespace {

constexpr std::array<std::pair<Check, std::string_view>, 5> kChecks{{{Check::kNone, "none"},
                                                                     {Check::kPostfix, "postfix"},
                                                                     {Check::kExim, "exim"},
                                                                     {Check::kApache, "apache"},
                                                                     {Check::kPhpFpm, "php-fpm"}}};

std::string_view name_of(Check check) {
  return std::find_if(kChecks.begin(), kChecks.end(), [&](const auto& one) { return one.first == check; })
      ->second;
}

Json action_json(const Action& action) {
  if (action.ends.empty()) {
    return {{"why", action.why},
            {"program", action.program},
            {"arguments", action.arguments},
            {"on_undo", action.on_undo}};
  }
  return {{"why", action.why}, {"on_undo", action.on_undo}, {"ends", action.ends}, {"of", action.of}};
}

tl::unexpected<Error> damaged(const std::string& what) {
  return fail(ErrorCode::kCorrupt, "record-damaged", "the record of a step: " + what);
}

Result<Action> action_from(const Json& json) {
  constexpr std::size_t kMostWords = 64;
  constexpr JsonReader::TextRules kAny{.min_bytes = 0, .max_bytes = 4096};
  JsonReader in(json);
  Action action;
  action.why = in.text("why", kAny);
  action.on_undo = in.boolean("on_undo", false);
  const auto program = in.optional_text("program", kAny);
  if (program) {
    action.program = *program;
    // Words may come twice: no list of texts without repeats.
    const Json* words = in.raw("arguments");
    for (const auto& word : words != nullptr && words->is_array() ? *words : Json::array()) {
      if (word.is_string() && action.arguments.size() < kMostWords)
        action.arguments.push_back(word.get<std::string>());
    }
  } else {
    action.ends =
        in.one_of("ends", {"of-user", "with-script", "smtp-sessions", "smtp-connections", "reload-exim"});
    action.of = in.text("of", kAny);
  }
  if (const auto done = in.done(); !done) return damaged(done.error().detail);
  return action;
}

/// `file_json`: how its files are told.
template <class FileJson>
Json step_json(const Step& step, FileJson file_json) {
  Json files = Json::array(), actions = Json::array();
  for (const auto& file : step.files) files.push_back(file_json(file));
  for (const auto& action : step.actions) actions.push_back(action_json(action));
  return {{"id", step.id},
          {"title", step.title},
          {"why", step.why},
          {"check", name_of(step.check)},
          {"files", std::move(files)},
          {"actions", std::move(actions)},
          {"notes", step.notes}};
}

}  // namespace

Json describe(const Step& step) {
  Json out = step_json(step, [](const FileChange& file) { return describe(file); });
  out["sha256"] = step_sha256(step);
  return out;
}

std::string step_sha256(const Step& step) {
  Json all = to_json(step);
  // A file that somebody saved unchanged is the same file.
  for (auto& file : all["files"]) {
    for (const char* side : {"before", "after"}) {
      if (file[side].is_object()) file[side].erase("mtime_ns");
    }
  }
  return sha256_hex(dump_json(all));
}

Json to_json(const Step& step) {
  return step_json(step, [](const FileChange& file) { return to_json(file); });
}

Result<Step> step_from(const Json& json) {
  constexpr JsonReader::TextRules kAny{.min_bytes = 0, .max_bytes = 8192};
  JsonReader in(json);
  Step step;
  step.id = in.text("id");
  step.title = in.text("title", kAny);
  step.why = in.text("why", kAny);
  const auto check = in.text("check");
  const Json* files = in.raw("files");
  const Json* actions = in.raw("actions");
  step.notes = in.texts("notes", 100, kAny);
  if (const auto done = in.done(); !done) return damaged(done.error().detail);
  const auto* at =
      std::find_if(kChecks.begin(), kChecks.end(), [&](const auto& one) { return one.second == check; });
  if (at == kChecks.end() || files == nullptr || !files->is_array() || actions == nullptr ||
      !actions->is_array())
    return damaged("it has another form");
  step.check = at->first;
  for (const auto& file : *files) {
    RESCUE_ASSIGN(auto change, file_change_from(file));
    step.files.push_back(std::move(change));
  }
  for (const auto& one : *actions) {
    RESCUE_ASSIGN(auto action, action_from(one));
    step.actions.push_back(std::move(action));
  }
  return step;
}

}  // namespace rescue::recovery
