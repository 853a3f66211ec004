#include "rescue/catalog/contracts.hpp"

#include <arpa/inet.h>

#include <cstring>

#include "annex_file.hpp"
#include "rescue/catalog/annex_text.hpp"

namespace rescue::catalog {
namespace {

using std::chrono::sys_days;

constexpr auto kTokyoOffset = std::chrono::hours(9);

bool days_overlap(const ServerContract& a, const ServerContract& b) {
  const bool a_ends_before = a.to && *a.to < b.from;
  const bool b_ends_before = b.to && *b.to < a.from;
  return !a_ends_before && !b_ends_before;
}

tl::unexpected<Error> not_under_contract(std::string reason) {
  return fail(ErrorCode::kInvalid, "not-under-contract", std::move(reason));
}

std::optional<sys_days> read_day(JsonReader& in, std::string_view key, bool required) {
  const auto text = required ? std::optional(in.text(key)) : in.optional_text(key);
  if (!text || text->empty()) return std::nullopt;
  const auto day = parse_day(*text);
  if (day) return *day;
  in.fault(key, day.error().problem, day.error().detail);
  return std::nullopt;
}

Status read_contract_days(JsonReader in, ServerContract& server) {
  server.from = read_day(in, "from", true).value_or(sys_days{});
  server.to = read_day(in, "to", false);
  if (server.to && *server.to < server.from) in.fault("to", "bad-date", "lies before \"from\"");
  return in.done();
}

}  // namespace

Result<ServerContract> read_server_contract(const Json& entry, const std::string& pointer) {
  JsonReader in(entry, pointer);
  ServerContract server;
  server.server_id = in.text("id", {.max_bytes = 64});
  if (!server.server_id.empty() && !is_server_id(server.server_id)) {
    in.fault("id", "bad-server-id", "must be 1 to 64 of a-z, 0-9 and -, not beginning with -");
  }
  server.customer = in.text("customer", {.max_bytes = 64});
  for (const auto& text : in.texts("addresses", 256, {.max_bytes = 64})) {
    const auto address = canonical_address(text);
    if (!address) {
      in.fault("addresses", address.error().problem, "\"" + text + "\": " + address.error().detail);
      break;
    }
    server.addresses.push_back(*address);
  }
  server.hostname = in.optional_text("hostname", {.max_bytes = 253}).value_or("");
  server.os = in.optional_text("os", {.max_bytes = 64}).value_or("");
  auto contract = in.object("contract");
  RESCUE_TRY(in.done());
  RESCUE_TRY(read_contract_days(std::move(contract), server));
  return server;
}

std::optional<std::string> not_under_contract_on(const ServerContract& server, sys_days day) {
  if (day < server.from) {
    return "the contract of server " + server.server_id + " begins on " + format_day(server.from);
  }
  if (server.to && day > *server.to) {
    return "the contract of server " + server.server_id + " ended on " + format_day(*server.to);
  }
  return std::nullopt;
}

bool is_server_id(std::string_view text) {
  if (text.empty() || text.size() > 64 || text.front() == '-') return false;
  return text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string_view::npos;
}

sys_days day_in_tokyo(Timestamp at) {
  return std::chrono::floor<std::chrono::days>(at + kTokyoOffset);
}

Result<sys_days> parse_day(std::string_view text) {
  // The calendar part of an RFC 3339 date-time; its parser knows the months' lengths.
  std::string date_time(text);
  date_time += "T00:00:00Z";
  const auto midnight = parse_rfc3339(date_time);
  if (text.size() != 10 || !midnight) {
    return fail(ErrorCode::kInvalid, "bad-date", "must be a day that exists, as YYYY-MM-DD");
  }
  return std::chrono::floor<std::chrono::days>(*midnight);
}

std::string format_day(sys_days day) {
  return format_rfc3339(Timestamp(day)).substr(0, 10);
}

Result<std::string> canonical_address(std::string_view text) {
  const std::string input(text);
  char out[INET6_ADDRSTRLEN] = {};
  unsigned char bytes[16] = {};
  static constexpr unsigned char kMappedPrefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  // A NUL inside would end the text early for inet_pton.
  const bool whole = input.find('\0') == std::string::npos;
  if (whole && inet_pton(AF_INET, input.c_str(), bytes) == 1) {
    inet_ntop(AF_INET, bytes, out, sizeof out);
    return std::string(out);
  }
  if (whole && inet_pton(AF_INET6, input.c_str(), bytes) == 1) {
    const bool mapped = std::memcmp(bytes, kMappedPrefix, sizeof kMappedPrefix) == 0;
    mapped ? inet_ntop(AF_INET, bytes + 12, out, sizeof out) : inet_ntop(AF_INET6, bytes, out, sizeof out);
    return std::string(out);
  }
  return fail(ErrorCode::kInvalid, "bad-address", "must be an IPv4 or IPv6 address");
}

Status ContractDirectory::add(ServerContract server) {
  if (by_id_.contains(server.server_id)) {
    return fail(ErrorCode::kInvalid, "duplicate-item", "server " + server.server_id + " stands twice", "/id");
  }
  for (const auto& address : server.addresses) {
    const auto [begin, end] = by_address_.equal_range(address);
    for (auto it = begin; it != end; ++it) {
      const auto& other = servers_[it->second];
      if (!days_overlap(server, other)) continue;
      return fail(ErrorCode::kInvalid, "duplicate-item",
                  "the address " + address + " belongs to " + other.server_id + " at the same time",
                  "/addresses");
    }
  }
  by_id_[server.server_id] = servers_.size();
  for (const auto& address : server.addresses) by_address_.emplace(address, servers_.size());
  if (const auto name = ServerKey::hostname(server.hostname)) {
    by_hostname_.emplace(name->text, servers_.size());
  }
  servers_.push_back(std::move(server));
  return {};
}

Result<ContractDirectory> ContractDirectory::parse(const Json& file) {
  JsonReader in(file);
  const Json* servers = in.raw("servers");
  if (servers == nullptr || !servers->is_array()) in.fault("servers", "wrong-type", "must be a list");
  RESCUE_TRY(in.done());
  ContractDirectory out;
  for (std::size_t i = 0; i < servers->size(); ++i) {
    const std::string pointer = "/servers/" + std::to_string(i);
    RESCUE_ASSIGN(auto server, read_server_contract((*servers)[i], pointer));
    if (auto added = out.add(std::move(server)); !added) {
      auto error = added.error();
      error.pointer = pointer + error.pointer;
      return fail(std::move(error));
    }
  }
  return out;
}

Result<ContractDirectory> ContractDirectory::load(const std::string& path) {
  RESCUE_ASSIGN(const auto text, read_text_file(path));
  const auto file = parse_json(text);
  auto directory = file ? parse(*file) : Result<ContractDirectory>(fail(file.error()));
  if (!directory) return fail(located(path, text, directory.error()));
  return directory;
}

Result<ServerContract> ContractDirectory::by_id(std::string_view server_id, Timestamp at) const {
  const auto it = by_id_.find(server_id);
  if (it == by_id_.end()) return not_under_contract("no such server is under contract with us");
  const auto& server = servers_[it->second];
  if (auto reason = not_under_contract_on(server, day_in_tokyo(at)))
    return not_under_contract(std::move(*reason));
  return server;
}

Result<ServerContract> ContractDirectory::by_address(std::string_view address, Timestamp at) const {
  RESCUE_ASSIGN(const auto canonical, canonical_address(address));
  std::string reason = "no server under contract with us has this address";
  const auto [begin, end] = by_address_.equal_range(canonical);
  for (auto it = begin; it != end; ++it) {
    const auto& server = servers_[it->second];
    auto why_not = not_under_contract_on(server, day_in_tokyo(at));
    if (!why_not) return server;
    reason = std::move(*why_not);
  }
  return not_under_contract(std::move(reason));
}

Result<ServerContract> ContractDirectory::by_hostname(std::string_view hostname, Timestamp at) const {
  RESCUE_ASSIGN(const auto key, ServerKey::hostname(hostname));
  std::string reason = "no server under contract with us has this host name";
  const ServerContract* found = nullptr;
  const auto [begin, end] = by_hostname_.equal_range(key.text);
  for (auto it = begin; it != end; ++it) {
    const auto& server = servers_[it->second];
    if (auto why_not = not_under_contract_on(server, day_in_tokyo(at))) {
      reason = std::move(*why_not);
      continue;
    }
    if (found != nullptr) {
      return fail(ErrorCode::kInvalid, "ambiguous-hostname",
                  "several servers under contract have this host name: name it by its id or its address");
    }
    found = &server;
  }
  if (found != nullptr) return *found;
  return not_under_contract(std::move(reason));
}

Result<ServerContract> ContractDirectory::find(const ServerKey& key, Timestamp at) const {
  switch (key.kind) {
    case ServerKey::Kind::kId:
      return by_id(key.text, at);
    case ServerKey::Kind::kAddress:
      return by_address(key.text, at);
    case ServerKey::Kind::kHostname:
      return by_hostname(key.text, at);
  }
  return fail(ErrorCode::kInternal, "internal-error", "a server is asked for by nothing known");
}

}  // namespace rescue::catalog
