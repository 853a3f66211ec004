#include "receipt.hpp"

#include <algorithm>

#include "rescue/base/json.hpp"

namespace rescue::service {
namespace {

constexpr std::string_view kBegin = "{\"receipt\":";
constexpr std::size_t kNameBytesMax = 32;

std::string text_at(const Json& json, const char* key) {
  const auto it = json.find(key);
  return it != json.end() && it->is_string() ? it->get<std::string>() : std::string();
}

/// It becomes part of the name of a stream.
bool is_service_name(const std::string& name) {
  return !name.empty() && name.size() <= kNameBytesMax &&
         std::all_of(name.begin(), name.end(), [](char c) { return c >= 'a' && c <= 'z'; });
}

}  // namespace

std::string encode_receipt(const std::vector<std::string>& message_ids) {
  return dump_json({{"receipt", message_ids}});
}

std::optional<std::vector<std::string>> decode_receipt(std::string_view payload) {
  if (!payload.starts_with(kBegin)) return std::nullopt;
  const auto json = parse_json(payload);
  if (!json || !json->at("receipt").is_array()) return std::nullopt;
  std::vector<std::string> ids;
  for (const Json& id : json->at("receipt")) {
    if (!id.is_string()) return std::nullopt;
    ids.push_back(id.get<std::string>());
  }
  return ids;
}

std::optional<Owed> receipt_owed_for(std::string_view payload) {
  const auto json = parse_json(payload);
  if (!json || !json->is_object()) return std::nullopt;
  Owed owed{text_at(*json, "from"), text_at(*json, "id")};
  if (!is_service_name(owed.sender) || owed.message_id.empty()) return std::nullopt;
  return owed;
}

}  // namespace rescue::service
