#include "embedded.hpp"

#include <stdexcept>

extern const std::span<const rescue::EmbeddedFile> workflow_migrations;
extern const std::span<const rescue::EmbeddedFile> workflow_data;

namespace rescue::workflow {

std::span<const EmbeddedFile> migrations() {
  return workflow_migrations;
}

Json embedded_json(std::string_view name) {
  for (const auto& file : workflow_data) {
    if (file.name != name) continue;
    auto json = parse_json(file.bytes);
    if (json) return *json;
  }
  throw std::runtime_error("embedded file is missing or no JSON: " + std::string(name));
}

}  // namespace rescue::workflow
