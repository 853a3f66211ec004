#include "rescue/catalog/surcharges.hpp"

#include "annex_fields.hpp"

namespace rescue::catalog {
namespace {

constexpr std::int64_t kNetYenMax = 100'000'000;

Result<Surcharges> read_version(const Json& entry, const std::string& pointer, bool with_limits) {
  JsonReader in(entry, pointer);
  Surcharges out;
  out.version = in.text("version", {.max_bytes = 64});
  out.validity = read_validity(in);
  auto title = in.object("title");
  auto limits = with_limits ? std::optional(in.object("limits")) : std::nullopt;
  auto net = in.object("net_yen");
  RESCUE_TRY(in.done());
  RESCUE_ASSIGN(out.title, read_text(std::move(title)));
  if (limits) {
    RESCUE_ASSIGN(out.limits, read_text(std::move(*limits)));
  }
  for (const auto item : kWorkItems) out.net[item] = {net.integer(to_string(item), 0, kNetYenMax)};
  RESCUE_TRY(net.done());
  return out;
}

}  // namespace

Result<Timeline<Surcharges>> read_surcharges(const Json& value, bool with_limits) {
  JsonReader in(value);
  in.one_of("currency", {"JPY"});
  const Json* versions = in.raw("versions");
  RESCUE_TRY(in.done());
  Timeline<Surcharges> out;
  TimelineCheck check;
  RESCUE_TRY(each_entry(versions, "/versions", [&](const Json& entry, const std::string& pointer) -> Status {
    RESCUE_ASSIGN(auto version, read_version(entry, pointer, with_limits));
    RESCUE_TRY(check.add("the list", version.validity, pointer));
    out.add(std::move(version));
    return {};
  }));
  return out;
}

}  // namespace rescue::catalog
