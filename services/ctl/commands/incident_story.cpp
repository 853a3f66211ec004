#include "commands/incident_story.hpp"

#include "output/plain_text.hpp"

namespace rescue::ctl {
namespace {

using Rows = std::vector<std::vector<std::string>>;

const Json& part(const Json& object, std::string_view key) {
  static const Json nothing;
  const auto it = object.is_object() ? object.find(key) : object.end();
  return it == object.end() ? nothing : *it;
}

std::string head(const Json& incident) {
  return facts({{"Incident", field(incident, "incident_id")},
                {"State", field(incident, "state")},
                {"Server", field(incident, "server_id")},
                {"Customer", field(incident, "customer")},
                {"Category", field(incident, "category")},
                {"Confirmed", field(incident, "confirmation")},
                {"Waits for customer", field(incident, "waiting_for_customer")},
                {"Opened", field(incident, "opened_at")},
                {"Changed", field(incident, "changed_at")},
                {"Version", field(incident, "version")}});
}

/// A heading and a table of the list `key`, or nothing when it is empty.
std::string section(const Json& incident, std::string_view key, std::string_view heading,
                    const std::vector<std::string>& columns, const std::vector<std::string>& fields) {
  Rows rows;
  const auto& list = part(incident, key);
  if (!list.is_array()) return {};
  for (const auto& item : list) {
    rows.emplace_back();
    for (const auto& name : fields) rows.back().push_back(field(item, name));
  }
  if (rows.empty()) return {};
  return "\n" + std::string(heading) + "\n" + table(columns, rows);
}

std::string outcome(const Json& incident) {
  std::vector<std::pair<std::string, std::string>> lines;
  const auto add = [&](std::string name, const Json& object, std::string_view key) {
    if (object.is_object()) lines.emplace_back(std::move(name), field(object, key));
  };
  const auto& precheck = part(incident, "precheck");
  add("Precheck: intrusion", precheck, "intrusion");
  add("Precheck: mail abuse", precheck, "mail_abuse");
  add("Seen from outside", part(precheck, "outside"), "answer");
  add("Choice", part(incident, "choice"), "choice");
  const auto& access = part(incident, "access");
  if (part(access, "given") == true) {
    add("Access received", access, "received_at");
    add("Access sealed to", access, "key_id");
  }
  add("Hearing", part(incident, "hearing"), "state");
  add("Report (SHA-256)", part(incident, "report"), "sha256");
  add("Charge", part(incident, "charge"), "charge_id");
  add("Charged (yen)", part(incident, "charge"), "total_yen");
  return lines.empty() ? "" : "\n" + facts(lines);
}

/// What the precheck saw of each complaint from outside.
std::string outside_text(const Json& incident) {
  Rows rows;
  const auto& checks = part(part(part(incident, "precheck"), "outside"), "checks");
  if (!checks.is_array()) return {};
  for (const auto& check : checks) {
    rows.push_back({field(part(check, "complaint"), "kind"), field(check, "answer"), field(check, "address"),
                    field(check, "port"), field(check, "why")});
  }
  if (rows.empty()) return {};
  return "\nSeen from outside\n" + table({"COMPLAINT", "ANSWER", "ADDRESS", "PORT", "WHY"}, rows);
}

std::string history_text(const Json& history) {
  Rows rows;
  for (const auto& row : history) {
    rows.push_back({field(row, "at"), field(row, "actor"), field(row, "action"), field(row, "reason")});
  }
  if (rows.empty()) return {};
  return "\nWhat happened\n" + table({"AT", "WHO", "WHAT", "WHY"}, rows);
}

}  // namespace

std::string incident_story(const Json& incident, const Json& history) {
  return head(incident) + outcome(incident) +
         section(incident, "reports", "Reports", {"REPORT", "SOURCE", "CATEGORY", "RECEIVED"},
                 {"report_id", "source", "category", "received_at"}) +
         outside_text(incident) +
         section(incident, "orders", "Orders", {"ORDER", "WORK ITEM", "STATE", "TOTAL YEN"},
                 {"order_id", "work_item", "state", "total_yen"}) +
         section(incident, "jobs", "Jobs", {"JOB", "KIND", "STATE", "ATTEMPT"},
                 {"job_id", "kind", "state", "attempt"}) +
         section(incident, "tasks", "Tasks", {"TASK", "KIND", "STATE", "OUTCOME"},
                 {"task_id", "kind", "state", "outcome"}) +
         section(incident, "findings", "Found by persons", {"FINDING", "SEVERITY", "BY", "AT"},
                 {"finding_id", "severity", "found_by", "recorded_at"}) +
         section(incident, "attachments", "Attached evidence", {"NAME", "SHA-256", "BY"},
                 {"name", "sha256", "attached_by"}) +
         section(incident, "notes", "Notes", {"AT", "WHO", "NOTE"}, {"written_at", "author", "text"}) +
         history_text(history);
}

}  // namespace rescue::ctl
