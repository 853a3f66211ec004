#include "directory_answer.hpp"

#include <algorithm>
#include <array>

namespace rescue::directory {
namespace {

using catalog::ServerContract;
using catalog::ServerKey;

/// Unreserved characters of RFC 3986 stay, every other byte is escaped.
std::string escaped(std::string_view text) {
  static constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    if (plain) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += {'%', kHex[byte >> 4], kHex[byte & 15]};
  }
  return out;
}

tl::unexpected<Error> no_answer(const std::string& why) {
  return fail(ErrorCode::kCorrupt, "contracts-unavailable", "the directory's answer is none: " + why);
}

Json known_part(const Json& object, std::initializer_list<const char*> keys) {
  Json out = Json::object();
  for (const auto* key : keys) {
    if (const auto it = object.find(key); it != object.end()) out[key] = *it;
  }
  return out;
}

Result<ServerContract> read_server(const Json& body) {
  const auto given = body.find("server");
  if (given == body.end() || !given->is_object()) return no_answer("/server: must be an object");
  Json server = known_part(*given, {"id", "customer", "addresses", "hostname", "os", "contract"});
  if (const auto contract = server.find("contract"); contract != server.end() && contract->is_object()) {
    *contract = known_part(*contract, {"from", "to"});
  }
  auto read = catalog::read_server_contract(server, "/server");
  if (!read) return no_answer(read.error().pointer + ": " + read.error().detail);
  return read;
}

bool is_about(const ServerContract& server, const ServerKey& key) {
  switch (key.kind) {
    case ServerKey::Kind::kId:
      return server.server_id == key.text;
    case ServerKey::Kind::kAddress:
      return std::find(server.addresses.begin(), server.addresses.end(), key.text) != server.addresses.end();
    case ServerKey::Kind::kHostname: {
      const auto name = ServerKey::hostname(server.hostname);
      return name && name->text == key.text;
    }
  }
  return false;
}

Result<Answer> read_contract(const Json& body, const ServerKey& key, Timestamp at) {
  RESCUE_ASSIGN(auto server, read_server(body));
  if (!is_about(server, key)) return no_answer("it is about another server than was asked for");
  if (const auto why = catalog::not_under_contract_on(server, catalog::day_in_tokyo(at))) {
    return no_answer("it says under contract, but " + *why);
  }
  return Answer(std::move(server));
}

Result<Answer> read_refusal(const Json& body) {
  JsonReader in(body);
  const auto reason = in.one_of("reason", {"unknown", "not_begun", "ended", "ambiguous"});
  const auto day = in.optional_text("day", {.max_bytes = 10});
  const auto server_id = in.optional_text("server_id", {.max_bytes = 64});
  if (auto read = in.done(); !read && read.error().problem != "unknown-field") {
    return no_answer(read.error().pointer + ": " + read.error().detail);
  }
  if (day && !catalog::parse_day(*day)) return no_answer("/day: must be a day as YYYY-MM-DD");
  if (server_id && !catalog::is_server_id(*server_id)) return no_answer("/server_id: must be a server's id");
  if (reason == "ambiguous") {
    return Answer(
        fail(ErrorCode::kInvalid, "ambiguous-hostname",
             "several servers under contract have this host name: name it by its id or its address"));
  }
  const std::string whose =
      server_id ? "the contract of server " + *server_id : "the contract of this server";
  const std::string when = day ? " on " + *day : "";
  const std::string text = reason == "unknown" ? "no such server is under contract with us"
                           : reason == "ended" ? whose + " ended" + when
                                               : whose + " begins later" + when;
  return Answer(fail(ErrorCode::kInvalid, "not-under-contract", text));
}

}  // namespace

std::string look_up_path(const ServerKey& key, Timestamp at) {
  return "/v1/servers?" + std::string(to_string(key.kind)) + "=" + escaped(key.text) +
         "&at=" + escaped(format_rfc3339(at));
}

Result<Answer> read_answer(const std::string& text, const ServerKey& key, Timestamp at) {
  const auto body = parse_json(text);
  if (!body) return no_answer(body.error().detail);
  if (!body->is_object()) return no_answer("must be an object");
  const auto under = body->find("under_contract");
  if (under == body->end() || !under->is_boolean())
    return no_answer("/under_contract: must be true or false");
  return under->get<bool>() ? read_contract(*body, key, at) : read_refusal(*body);
}

}  // namespace rescue::directory
