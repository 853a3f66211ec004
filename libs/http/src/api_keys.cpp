#include "rescue/http/api_keys.hpp"

#include <fstream>
#include <set>

#include "rescue/base/id.hpp"
#include "rescue/base/sha256.hpp"
#include "text.hpp"

namespace rescue::http {
namespace {

constexpr std::size_t kFileBytesMax = 4 * 1024 * 1024;
constexpr std::size_t kTokenBytesMax = 200;
constexpr std::size_t kSecretHexDigits = 64;

bool is_key_id(std::string_view id) {
  return !id.empty() && id.size() <= 64 &&
         id.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string_view::npos;
}

bool is_role(std::string_view role) {
  const auto& all = ApiKeys::roles();
  return std::find(all.begin(), all.end(), role) != all.end();
}

Status check(const ApiKeys::Entry& entry) {
  if (!is_key_id(entry.id)) {
    return fail(ErrorCode::kInvalid, "bad-key-file",
                "an id is 1 to 64 of a-z, 0-9 and -: \"" + entry.id + "\"");
  }
  if (!is_role(entry.role)) {
    return fail(ErrorCode::kInvalid, "bad-key-file",
                "key " + entry.id + ": unknown role \"" + entry.role + "\"");
  }
  if (!is_sha256_hex(entry.sha256)) {
    return fail(ErrorCode::kInvalid, "bad-key-file", "key " + entry.id + ": no sha256 of 64 hex digits");
  }
  return {};
}

Result<ApiKeys::Entry> read_entry(const Json& item, const std::string& pointer) {
  JsonReader in(item, pointer);
  ApiKeys::Entry entry;
  entry.id = in.text("id");
  entry.role = in.text("role");
  entry.name = in.text("name", {.min_bytes = 0, .max_bytes = 200});
  entry.sha256 = in.text("sha256");
  entry.disabled = in.boolean("disabled", false);
  RESCUE_TRY(in.done());
  RESCUE_TRY(check(entry));
  return entry;
}

tl::unexpected<Error> unknown() {
  return fail(ErrorCode::kUnauthorized, "unknown-credentials",
              "this API key is not known or no longer valid");
}

/// The token of "Bearer …", or nothing.
std::optional<std::string_view> bearer(std::string_view authorization) {
  constexpr std::string_view kScheme = "bearer ";
  if (!equal_ignoring_case(authorization.substr(0, kScheme.size()), kScheme)) return std::nullopt;
  return trim(authorization.substr(kScheme.size()));
}

}  // namespace

const std::vector<std::string>& ApiKeys::roles() {
  static const std::vector<std::string> all = {"web_form", "reporter", "internal", "operator"};
  return all;
}

Result<ApiKeys> ApiKeys::load(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return fail(ErrorCode::kInvalid, "bad-key-file", "cannot read the key file " + path);
  std::string text(kFileBytesMax + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (in.bad()) return fail(ErrorCode::kInvalid, "bad-key-file", "cannot read the key file " + path);
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (text.size() > kFileBytesMax) return fail(ErrorCode::kInvalid, "bad-key-file", path + " is over 4 MiB");
  auto keys = parse(text);
  if (!keys) return fail(ErrorCode::kInvalid, "bad-key-file", path + ": " + keys.error().detail);
  return keys;
}

Result<ApiKeys> ApiKeys::parse(std::string_view json) {
  RESCUE_ASSIGN(const auto root, parse_json(json));
  JsonReader in(root);
  const Json* list = in.raw("keys");
  RESCUE_TRY(in.done());
  if (list == nullptr || !list->is_array()) {
    return fail(ErrorCode::kInvalid, "bad-key-file", "\"keys\" must be a list", "/keys");
  }
  ApiKeys out;
  std::set<std::string> ids;
  std::set<std::string> hashes;
  for (std::size_t i = 0; i < list->size(); ++i) {
    const auto pointer = "/keys/" + std::to_string(i);
    auto entry = read_entry((*list)[i], pointer);
    if (!entry) {
      return fail(ErrorCode::kInvalid, "bad-key-file",
                  pointer +
                      entry.error().pointer.substr(std::min(pointer.size(), entry.error().pointer.size())) +
                      ": " + entry.error().detail,
                  pointer);
    }
    if (!ids.insert(entry->id).second || !hashes.insert(entry->sha256).second) {
      return fail(ErrorCode::kInvalid, "bad-key-file", "key " + entry->id + ": its id or hash stands twice",
                  pointer);
    }
    out.entries_.push_back(*std::move(entry));
  }
  return out;
}

Result<Caller> ApiKeys::authenticate(std::optional<std::string_view> authorization) const {
  const auto token = authorization ? bearer(*authorization) : std::nullopt;
  if (!token) {
    return fail(ErrorCode::kUnauthorized, "missing-credentials",
                "send Authorization: Bearer rk_<id>_<secret>");
  }
  if (token->size() > kTokenBytesMax) return unknown();
  const auto hash = sha256_hex(*token);
  // Every entry is compared, wherever the match stands, so that the time says nothing about the list.
  const Entry* match = nullptr;
  for (const auto& entry : entries_) {
    if (equal_constant_time(entry.sha256, hash) && !entry.disabled) match = &entry;
  }
  if (match == nullptr) return unknown();
  return Caller{.key_id = match->id, .role = match->role, .name = match->name};
}

Result<NewKey> make_api_key(std::string_view id, std::string_view role, std::string_view name) {
  NewKey key;
  key.token = "rk_" + std::string(id) + "_" + random_hex(kSecretHexDigits / 2);
  key.entry = {.id = std::string(id),
               .role = std::string(role),
               .name = std::string(name),
               .sha256 = sha256_hex(key.token)};
  RESCUE_TRY(check(key.entry));
  if (name.size() > 200 || !is_utf8(name) || has_control(name)) {
    return fail(ErrorCode::kInvalid, "bad-key-file", "a name is at most 200 bytes of plain text");
  }
  return key;
}

}  // namespace rescue::http
