#pragma once

#include <cstdlib>
#include <fstream>

#include "rescue/base/json.hpp"
#include "rescue/service/service.hpp"

namespace rescue::workflow {

/// The steps that a test's incidents took, for the coverage of the table: added to the file RESCUE_EDGE_LOG.
inline void log_edges(service::Service& service) {
  const char* path = std::getenv("RESCUE_EDGE_LOG");
  if (path == nullptr) return;
  std::ofstream out(path, std::ios::app);
  const auto rows = service.database().read([](store::Tx& tx) {
    return tx.query("SELECT details FROM audit WHERE action = 'incident.transition'");
  });
  for (const auto& row : rows.value()) {
    const auto step = parse_json(row.text(0)).value();
    out << step.at("from").get<std::string>() << ' ' << step.at("event").get<std::string>() << ' '
        << step.at("to").get<std::string>() << '\n';
  }
}

}  // namespace rescue::workflow
