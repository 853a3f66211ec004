#include "rescue/catalog/operating_systems.hpp"

#include "annex_fields.hpp"
#include "rescue/catalog/contracts.hpp"

namespace rescue::catalog {
namespace {

using std::chrono::sys_days;

Result<SupportedSystem> read_row(const Json& entry, const std::string& pointer, bool with_packages) {
  JsonReader in(entry, pointer);
  SupportedSystem out;
  out.os = in.text("os", {.max_bytes = 64});
  if (with_packages) out.package = in.text("package", {.max_bytes = 64});
  out.name = in.text("name", {.max_bytes = 200});
  out.end_of_support = read_day(in, "end_of_support");
  out.tested = in.one_of("tested", {"verified", "parsed_only"});
  out.source = in.text("source", {.max_bytes = 500});
  out.validity = read_validity(in);
  RESCUE_TRY(in.done());
  return out;
}

}  // namespace

Result<SupportedSystems> SupportedSystems::read(const Json& value, bool with_packages) {
  JsonReader in(value);
  const Json* rows = in.raw("rows");
  RESCUE_TRY(in.done());
  SupportedSystems out;
  TimelineCheck check;
  RESCUE_TRY(each_entry(rows, "/rows", [&](const Json& entry, const std::string& pointer) -> Status {
    RESCUE_ASSIGN(auto row, read_row(entry, pointer, with_packages));
    const std::string thing = row.package.empty() ? row.os : row.os + " " + row.package;
    RESCUE_TRY(check.add(thing, row.validity, pointer));
    out.rows_[thing].add(std::move(row));
    return {};
  }));
  return out;
}

const SupportedSystem* SupportedSystems::find(std::string_view os, sys_days day) const {
  const auto it = rows_.find(os);
  return it == rows_.end() ? nullptr : it->second.on(day);
}

std::vector<const SupportedSystem*> SupportedSystems::on(sys_days day) const {
  std::vector<const SupportedSystem*> out;
  for (const auto& [thing, rows] : rows_) {
    if (const auto* row = rows.on(day)) out.push_back(row);
  }
  return out;
}

Json to_json(const SupportedSystem& system, sys_days day) {
  Json out = {{"os", system.os},
              {"name", system.name},
              {"end_of_support", format_day(system.end_of_support)},
              {"in_support", system.in_support(day)},
              {"tested", system.tested},
              {"source", system.source}};
  if (!system.package.empty()) out["package"] = system.package;
  return out;
}

}  // namespace rescue::catalog
