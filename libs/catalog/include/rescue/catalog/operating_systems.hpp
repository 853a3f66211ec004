#pragma once

#include <chrono>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "rescue/catalog/annex_text.hpp"
#include "rescue/catalog/timeline.hpp"

namespace rescue::catalog {

/// One operating system, or one package of it, that the work covers.
struct SupportedSystem {
  std::string os;                        ///< "debian-12"
  std::string package;                   ///< "apache2"; empty for the system itself
  std::string name;                      ///< "Debian 12 (bookworm)", "Apache HTTP Server 2.4"
  std::chrono::sys_days end_of_support;  ///< the last day of the vendor's support
  std::string tested;                    ///< "verified": the engine was tested on it; "parsed_only"
  std::string source;                    ///< where the vendor says so
  Validity validity;

  /// R7: the day of end of support passes, the next day (JST) does not.
  bool in_support(std::chrono::sys_days day) const { return day <= end_of_support; }
};

/// The list of supported systems. Immutable, thread-safe.
class SupportedSystems {
 public:
  /// operating_systems.csv and packages.csv (api/schemas/annex-systems.schema.json); `with_packages`: each
  /// row names a package. kInvalid with the place.
  static Result<SupportedSystems> read(const Json& value, bool with_packages);

  /// The system `os` as it is listed on `day`; nullptr: it is not listed.
  const SupportedSystem* find(std::string_view os, std::chrono::sys_days day) const;
  /// All that are listed on `day`, by name.
  std::vector<const SupportedSystem*> on(std::chrono::sys_days day) const;

 private:
  std::map<std::string, Timeline<SupportedSystem>, std::less<>> rows_;
};

/// {os, package?, name, end_of_support, in_support, tested, source}
Json to_json(const SupportedSystem& system, std::chrono::sys_days day);

}  // namespace rescue::catalog
