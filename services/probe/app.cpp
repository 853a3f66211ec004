#include "app.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <ostream>

#include "options.hpp"
#include "rescue/detect/investigation.hpp"
#include "rescue/evidence/safe_root.hpp"

namespace rescue::probe {
namespace {

/// Indented JSON with sorted keys; written beside its place and renamed, so that a reader sees all or
/// nothing.
Status write_json(const std::string& path, const Json& json) {
  const auto partial = path + ".partial";
  const auto cannot = [&] {
    return fail(ErrorCode::kUnavailable, "unwritable-file", path + ": " + ::strerror(errno));
  };
  {
    std::ofstream file(partial, std::ios::binary | std::ios::trunc);
    file << json.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
    file.flush();
    if (!file) return cannot();
  }
  if (::rename(partial.c_str(), path.c_str()) != 0) return cannot();
  return {};
}

/// Evidence is never written to, by mistake neither.
bool lies_inside(const std::string& path, const std::string& root) {
  std::error_code ignored;
  const auto parent = std::filesystem::weakly_canonical(std::filesystem::absolute(path, ignored), ignored);
  const auto top = std::filesystem::weakly_canonical(root, ignored);
  const auto relative = parent.lexically_relative(top);
  return top != "/" && !relative.empty() && *relative.begin() != "..";
}

int investigate(const Options& options, std::ostream& err) {
  for (const auto& path : {options.out, options.stats}) {
    if (!path.empty() && lies_inside(path, options.root)) {
      err << "rescue-probe: " << path << " lies inside the root, where nothing is written\n";
      return kUsage;
    }
  }
  const auto root = evidence::SafeRoot::open(options.root);
  if (!root) {
    err << "rescue-probe: " << root.error().detail << '\n';
    return kFailed;
  }
  const auto result = detect::investigate(*root, options.investigation);
  auto written = write_json(options.out, result.document);
  if (written && !options.stats.empty()) written = write_json(options.stats, result.stats);
  if (!written) {
    err << "rescue-probe: " << written.error().detail << '\n';
    return kFailed;
  }
  return kDone;
}

}  // namespace

int run(const std::vector<std::string>& arguments, std::ostream& out, std::ostream& err) {
  const auto first = arguments.empty() ? "" : arguments.front();
  if (first == "--version") {
    out << "rescue-probe " << RESCUE_VERSION << '\n';
    return kDone;
  }
  if (first == "--help" || first == "-h") {
    out << usage();
    return kDone;
  }
  if (first != "investigate" && first != "scan") {
    err << usage();
    return kUsage;
  }
  const auto options = parse_options(first, {arguments.begin() + 1, arguments.end()});
  if (!options) {
    err << "rescue-probe: " << options.error().detail << "\n\n" << usage();
    return kUsage;
  }
  return investigate(*options, err);
}

}  // namespace rescue::probe
