#include "access.hpp"

#include "rescue/base/sha256.hpp"

namespace rescue::intake {

std::string without_box(const std::string& raw, const Json& body) {
  const auto access = body.find("access");
  if (access == body.end()) return raw;
  auto kept = parse_json(raw).value_or(Json::object());
  kept["access"] = {{"key_id", access->at("key_id")},
                    {"sealed_sha256", sha256_hex(access->at("sealed").get_ref<const std::string&>())}};
  return dump_json(kept);
}

}  // namespace rescue::intake
