#pragma once

#include <chrono>

#include "rescue/catalog/annexes.hpp"
#include "rescue/config/source.hpp"
#include "rescue/service/service.hpp"

namespace rescue::service {

/// Where a service's annexes are.
struct AnnexConfig {
  std::string directory;
  std::chrono::milliseconds check{2'000};  ///< how often it is looked whether a file has changed
};
/// Reads annexes.directory and annexes.check_ms.
AnnexConfig read_annex_config(config::Source& source);

/// Opens the folder, and from the start of `service` on reads its files again when they change (R9). Logs
/// what was taken and what is broken, shows broken files as warnings in /readyz, and sets rescue_annex_broken
/// and rescue_annex_loaded_timestamp_seconds. `folder` must outlive the service's run. Throws
/// std::runtime_error with file and line when a file is missing or broken now.
void watch_annexes(Service& service, catalog::AnnexFolder& folder, const AnnexConfig& config);

}  // namespace rescue::service
