#pragma once

#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>

#include "rescue/base/id.hpp"
#include "rescue/catalog/annexes.hpp"

namespace rescue::catalog::testing {

/// A folder with a copy of the shipped annexes that a test may change; removed at the end.
class AnnexRoom {
 public:
  AnnexRoom() {
    path_ = std::filesystem::temp_directory_path() / ("annexes_" + random_hex(8));
    std::filesystem::copy(shipped(), path_);
  }
  ~AnnexRoom() { std::filesystem::remove_all(path_); }
  AnnexRoom(const AnnexRoom&) = delete;
  AnnexRoom& operator=(const AnnexRoom&) = delete;

  static std::string shipped() { return RESCUE_SOURCE_DIR "/libs/catalog/data/annexes"; }
  std::string path() const { return path_.string(); }

  std::string text(const std::string& file) const {
    std::stringstream out;
    out << std::ifstream(path_ / file).rdbuf();
    return out.str();
  }
  /// As an operator's editor does: a new file takes the old one's name.
  void write(const std::string& file, const std::string& text) const {
    std::ofstream(path_ / (file + ".new")) << text;
    std::filesystem::rename(path_ / (file + ".new"), path_ / file);
  }
  /// Replaces the first `from`; throws when there is none.
  void edit(const std::string& file, const std::string& from, const std::string& to) const {
    auto whole = text(file);
    const auto at = whole.find(from);
    if (at == std::string::npos) throw std::runtime_error(file + " has no " + from);
    write(file, whole.replace(at, from.size(), to));
  }
  /// Offers all four work items. A new version of the list, so that a running folder takes it too.
  void offer_everything() const {
    auto whole = text("prices.yaml");
    for (std::size_t at; (at = whole.find("        available: false")) != std::string::npos;) {
      const auto end = whole.find("        title:", at);
      whole.replace(at, end - at, "        available: true\n");
    }
    write("prices.yaml", whole.replace(whole.find("prices-1"), 8, "prices-all"));
  }

 private:
  std::filesystem::path path_;
};

/// The shipped annexes, or those in `directory`. Throws when they are refused.
inline AnnexSnapshot snapshot(const std::string& directory = AnnexRoom::shipped()) {
  AnnexFolder folder(directory);
  const auto opened = folder.open({});
  if (!opened) throw std::runtime_error(opened.error().detail);
  return folder.current();
}

}  // namespace rescue::catalog::testing
