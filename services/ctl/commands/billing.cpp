// Charges, credit notes, their export, fees, and what customers have to do.
#include <charconv>

#include "commands/commands.hpp"
#include "output/plain_text.hpp"

namespace rescue::ctl {
namespace {

std::string customer_tasks_text(const Json& list) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& task : list["items"]) {
    rows.push_back({field(task, "task_id"), field(task, "state"), field(task, "customer"),
                    field(task, "incident_id"), field(task, "advice"), field(task, "created_at")});
  }
  if (rows.empty()) return "No tasks of customers.\n";
  return table({"TASK", "STATE", "CUSTOMER", "INCIDENT", "ADVICE", "CREATED"}, rows);
}

std::string charges_text(const Json& list) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& charge : list["items"]) {
    rows.push_back({field(charge, "charge_id"), field(charge, "incident_id"), field(charge, "net_yen"),
                    field(charge, "tax_yen"), field(charge, "total_yen"), field(charge, "credited_yen"),
                    field(charge, "outcome"), field(charge, "created_at")});
  }
  if (rows.empty()) return "No charges.\n";
  return table({"CHARGE", "INCIDENT", "NET", "TAX", "TOTAL", "CREDITED", "OUTCOME", "CREATED"}, rows);
}

std::string title_of(const Json& line) {
  return line.contains("title") ? field(line["title"], "en") : "-";
}

std::string charge_text(const Json& charge) {
  auto out = facts({{"charge", field(charge, "charge_id")},
                    {"order", field(charge, "order_id")},
                    {"incident", field(charge, "incident_id")},
                    {"net, tax, total", field(charge, "net_yen") + ", " + field(charge, "tax_yen") + ", " +
                                            field(charge, "total_yen")},
                    {"credited", field(charge, "credited_yen")},
                    {"outcome", field(charge, "outcome")},
                    {"created", field(charge, "created_at")}});
  std::vector<std::vector<std::string>> lines;
  for (const auto& line : charge["lines"]) {
    lines.push_back({std::to_string(lines.size() + 1), field(line, "net_yen"), title_of(line)});
  }
  out += "\n" + table({"LINE", "NET", "WHAT"}, lines);
  std::vector<std::vector<std::string>> notes;
  for (const auto& note : charge.value("credit_notes", Json::array())) {
    notes.push_back({field(note, "number"), field(note, "total_yen"), field(note, "created_at"),
                     field(note, "created_by"), field(note, "reason")});
  }
  return notes.empty() ? out : out + "\n" + table({"CREDIT NOTE", "TOTAL", "CREATED", "BY", "REASON"}, notes);
}

Result<std::int64_t> number(std::string_view text, std::string_view what) {
  std::int64_t out = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (fault == std::errc() && end == text.data() + text.size() && !text.empty()) return out;
  return fail(ErrorCode::kInvalid, "bad-option", std::string(what) + " must be a whole number");
}

/// "1:5000,2:300"
Result<Json> read_lines(std::string_view text) {
  Json out = Json::array();
  while (!text.empty()) {
    const auto end = std::min(text.find(','), text.size());
    const auto part = text.substr(0, end);
    const auto colon = std::min(part.find(':'), part.size());
    RESCUE_ASSIGN(const auto line, number(part.substr(0, colon), "--lines: a line"));
    RESCUE_ASSIGN(const auto net,
                  number(part.substr(std::min(colon + 1, part.size())), "--lines: yen after the colon"));
    out.push_back({{"line", line}, {"net_yen", net}});
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

std::string fees_text(const Json& list) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& fee : list["items"]) {
    rows.push_back({field(fee, "order_id"), field(fee, "incident_id"), field(fee, "outcome"),
                    field(fee, "total_yen"), field(fee, "due_at"), field(fee, "charge_id"),
                    field(fee, "state")});
  }
  if (rows.empty()) return "No fees.\n";
  return table({"ORDER", "INCIDENT", "OUTCOME", "TOTAL", "DUE", "CHARGE", "STATE"}, rows);
}

/// The cursor in a page's Link header; "" on the last page.
std::string next_path(const std::string& link) {
  const auto end = link.find('>');
  if (!link.starts_with('<') || end == std::string::npos) return "";
  return link.substr(1, end - 1);
}

}  // namespace

Status list_customer_tasks(Session& session, const Arguments& given) {
  const auto state = given.has("--state") ? given.option("--state") : "open";
  RESCUE_ASSIGN(const auto list,
                session.api.get_all("/v1/customer-tasks", {{"state", state},
                                                           {"customer", given.option("--customer")},
                                                           {"incident_id", given.option("--incident")}}));
  return session.show(list, customer_tasks_text);
}

Status list_charges(Session& session, const Arguments& given) {
  RESCUE_ASSIGN(const auto list,
                session.api.get_all("/v1/charges", {{"incident_id", given.option("--incident")}}));
  return session.show(list, charges_text);
}

Status show_charge(Session& session, const Arguments& given) {
  RESCUE_ASSIGN(const auto charge, session.api.get("/v1/charges/" + segment(given.words.at(0))));
  return session.show(charge, charge_text);
}

Status credit_charge(Session& session, const Arguments& given) {
  Json body{{"reason", given.option("--reason")}};
  RESCUE_ASSIGN(body["total_yen"], number(given.option("--total"), "--total"));
  if (given.has("--lines")) {
    RESCUE_ASSIGN(body["lines"], read_lines(given.option("--lines")));
  }
  RESCUE_ASSIGN(const auto note,
                session.api.post("/v1/charges/" + segment(given.words.at(0)) + "/credit-notes", body));
  return session.show(note, [](const Json& made) {
    return done_or_waiting(made, "Credit note " + field(made, "number") + ": " + field(made, "net_yen") +
                                     " yen and " + field(made, "tax_yen") + " of tax go back, " +
                                     field(made, "total_yen") + " together.");
  });
}

Status export_charges(Session& session, const Arguments& given) {
  const auto& month = given.words.at(0);
  const auto format = given.has("--format") ? given.option("--format") : "csv";
  if (format != "csv") {
    RESCUE_ASSIGN(const auto list, session.api.get_all("/v1/charges/export",
                                                       {{"month", month}, {"format", format}}, 1'000'000));
    session.out << dump_json(list) << "\n";
    return {};
  }
  // As it came: pages put together are one file.
  auto path = with_query("/v1/charges/export", {{"month", month}, {"format", format}, {"limit", "200"}});
  while (!path.empty()) {
    RESCUE_ASSIGN(const auto page, session.api.get_page(path));
    session.out << page.text;
    path = next_path(page.link);
  }
  return {};
}

Status list_fees(Session& session, const Arguments& given) {
  RESCUE_ASSIGN(const auto list,
                session.api.get_all("/v1/fees", {{"month", given.option("--month")},
                                                 {"state", given.has("--unmatched") ? "unmatched" : ""}}));
  return session.show(list, fees_text);
}

}  // namespace rescue::ctl
