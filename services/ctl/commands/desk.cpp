// The operators' desk: notes, evidence, what a person found, merging, reopening.
#include <fstream>
#include <iterator>

#include "commands/commands.hpp"
#include "output/plain_text.hpp"
#include "rescue/base/base64.hpp"

namespace rescue::ctl {
namespace {

std::string incident_path(const Arguments& given, std::string_view what) {
  return "/v1/incidents/" + segment(given.words.at(0)) + "/" + std::string(what);
}

/// --<name>-ja and --<name>-en
Json both(const Arguments& given, const std::string& name) {
  return {{"ja", given.option("--" + name + "-ja")}, {"en", given.option("--" + name + "-en")}};
}

void add_given(Json& body, const Arguments& given, const std::vector<std::string>& names) {
  for (const auto& name : names) {
    if (given.has("--" + name)) body[name] = given.option("--" + name);
  }
}

std::string notes_text(const Json& list) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& note : list["items"]) {
    rows.push_back(
        {field(note, "written_at"), field(note, "author"), field(note, "task_id"), field(note, "text")});
  }
  if (rows.empty()) return "No notes.\n";
  return table({"AT", "WHO", "TASK", "NOTE"}, rows);
}

Result<Json> post_note(Session& session, const std::string& path, const Arguments& given) {
  return session.api.post(path, {{"text", given.option("--text")}});
}

std::string noted(const Json& note) {
  return escaped("Noted: " + field(note, "note_id")) + ".\n";
}

}  // namespace

Status add_note(Session& session, const Arguments& given) {
  RESCUE_ASSIGN(const auto note, post_note(session, incident_path(given, "notes"), given));
  return session.show(note, noted);
}

Status add_task_note(Session& session, const Arguments& given) {
  RESCUE_ASSIGN(const auto note,
                post_note(session, "/v1/tasks/" + segment(given.words.at(0)) + "/notes", given));
  return session.show(note, noted);
}

Status list_notes(Session& session, const Arguments& given) {
  RESCUE_ASSIGN(const auto list, session.api.get_all(incident_path(given, "notes"), {}));
  return session.show(list, notes_text);
}

Status bring_evidence(Session& session, const Arguments& given) {
  std::ifstream file(given.words.at(0), std::ios::binary);
  if (!file) return fail(ErrorCode::kInvalid, "file-unreadable", "cannot read " + given.words.at(0));
  const std::string bytes(std::istreambuf_iterator<char>(file), {});
  RESCUE_ASSIGN(const auto kept,
                session.api.post("/v1/evidence", {{"content_base64", encode_base64(bytes)}}));
  return session.show(kept, [](const Json& answer) { return field(answer, "sha256") + "\n"; });
}

Status attach_evidence(Session& session, const Arguments& given) {
  RESCUE_ASSIGN(const auto attached, session.api.post(incident_path(given, "attachments"),
                                                      {{"sha256", given.option("--sha256")},
                                                       {"name", given.option("--name")},
                                                       {"description", given.option("--about")}}));
  return session.show(attached, [](const Json& answer) {
    return escaped(field(answer, "name") + " is attached to " + field(answer, "incident_id")) + ".\n";
  });
}

Status add_finding(Session& session, const Arguments& given) {
  Json body{{"title", both(given, "title")},
            {"why", both(given, "why")},
            {"severity", given.option("--severity")},
            {"confidence", given.option("--confidence")},
            {"attack_ids", split_list(given.option("--attack"))},
            {"evidence", Json::array()}};
  for (const auto& sha256 : split_list(given.option("--evidence"))) {
    body["evidence"].push_back({{"sha256", sha256}, {"file", given.option("--file")}});
  }
  add_given(body, given, {"path", "account", "address", "time"});
  RESCUE_ASSIGN(const auto found, session.api.post(incident_path(given, "findings"), body));
  return session.show(
      found, [](const Json& answer) { return escaped("Recorded: " + field(answer, "finding_id")) + ".\n"; });
}

Status complete_by_hand(Session& session, const Arguments& given) {
  Json body{{"outcome", given.option("--outcome")},
            {"reason", both(given, "reason")},
            {"evidence_read", split_list(given.option("--evidence"))}};
  if (given.has("--technique")) {
    body["entry"] = {{"technique", given.option("--technique")},
                     {"title", both(given, "entry")},
                     {"confidence", given.option("--confidence")}};
    add_given(body["entry"], given, {"account", "address", "at"});
  }
  RESCUE_ASSIGN(const auto done, session.api.post(incident_path(given, "manual-completions"), body));
  return session.show(done, [](const Json& answer) {
    return done_or_waiting(answer, field(answer, "incident_id") + " is now " + field(answer, "state") + ": " +
                                       field(answer, "outcome") + ".");
  });
}

Status merge(Session& session, const Arguments& given) {
  RESCUE_ASSIGN(const auto answer,
                session.api.post(incident_path(given, "merges"),
                                 {{"into", given.option("--into")}, {"reason", given.option("--reason")}}));
  return session.show(answer, [](const Json& now) {
    return done_or_waiting(now,
                           field(now, "incident_id") + " was merged into " + field(now, "merged_into") + ".");
  });
}

Status unmerge(Session& session, const Arguments& given) {
  RESCUE_ASSIGN(const auto answer,
                session.api.post(incident_path(given, "unmerges"), {{"reason", given.option("--reason")}}));
  return session.show(answer, [](const Json& now) {
    return done_or_waiting(now,
                           field(now, "incident_id") + " stands alone again: " + field(now, "state") + ".");
  });
}

Status reopen(Session& session, const Arguments& given) {
  RESCUE_ASSIGN(const auto answer,
                session.api.post(incident_path(given, "reopenings"), {{"reason", given.option("--reason")}}));
  return session.show(answer, [](const Json& now) {
    return done_or_waiting(now, field(now, "reopens") + " goes on as " + field(now, "incident_id") + ".");
  });
}

}  // namespace rescue::ctl
