#include "tenant.hpp"

#include <fstream>
#include <sstream>
#include <stdexcept>

namespace rescue::simulation {

Json shipped_settings(const std::string& service, const Json& changes) {
  const std::string path =
      std::string(RESCUE_SOURCE_DIR) + "/services/" + service + "/" + service + ".example.json";
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  auto settings = parse_json(text.str());
  if (!settings) throw std::runtime_error(path + ": " + settings.error().detail);
  settings->merge_patch(changes);
  return *settings;
}

Json common_changes(const Surroundings& around) {
  return {{"database", {{"url", around.database}}},
          {"redis", {{"secret_file", around.dir + "/redis.secret"}}},
          {"keys", {{"file", around.dir + "/keys.json"}}},
          {"log", {{"level", "error"}}}};
}

Json contract_changes(const Surroundings& around) {
  return {{"contracts", {{"file", around.dir + "/contracts.json"}}}};
}

Json annex_changes(const Surroundings& around) {
  return {{"annexes", {{"directory", around.dir + "/annexes"}}}};
}

}  // namespace rescue::simulation
