#pragma once

#include <filesystem>
#include <fstream>
#include <string>

#include "rescue/base/id.hpp"
#include "rescue/fence/folder_place.hpp"
#include "rescue/fence/guard.hpp"

/// What the tests of this library share.
namespace rescue::fence::testing {

/// A target's root that goes with the object.
class Root {
 public:
  Root() : path_(std::filesystem::temp_directory_path() / ("rescue-fence-" + random_hex(8))) {
    std::filesystem::create_directories(path_);
  }
  ~Root() { std::filesystem::remove_all(path_); }
  Root(const Root&) = delete;
  Root& operator=(const Root&) = delete;

  std::string path(const std::string& name = "") const { return name.empty() ? path_ : path_ / name; }
  std::string lock() const { return path_ / ".rescue-fence/lock"; }
  void write_lock(const std::string& bytes) const {
    std::filesystem::create_directories(path_ / ".rescue-fence");
    std::ofstream(lock()) << bytes;
  }
  std::string read_lock() const {
    std::ifstream in(lock());
    return {std::istreambuf_iterator<char>(in), {}};
  }
  /// A worker's own view of it.
  std::unique_ptr<FolderPlace> place() const {
    return FolderPlace::open(path_, {.patience = std::chrono::milliseconds(200)}).value();
  }

 private:
  std::filesystem::path path_;
};

inline const Keys kKeys{{"a secret of the provider's"}};
inline const Timestamp kNow = from_us(1'700'000'000'000'000);

}  // namespace rescue::fence::testing
