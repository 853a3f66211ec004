#pragma once

#include <cstdint>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "rescue/evidence/file_reader.hpp"

namespace rescue::evidence {

/// A piece of web software and the version that it says of itself. Whoever had the server may have written
/// both.
struct Software {
  enum class Kind : std::uint8_t { kApplication, kPlugin, kTheme, kFramework };
  std::string name;
  Kind kind = Kind::kApplication;
  std::string version;  ///< empty where it says none
  std::string path;     ///< the folder it lies in
  std::string source;   ///< the file that says so
};
std::string_view to_string(Software::Kind kind);

/// The name of the file says that it may tell of software.
bool may_name_software(std::string_view path);
/// What a file tells by its path and its beginning; nothing is run. Content management systems, shops, wikis,
/// mail and data base front ends by the file that holds their version, plug-ins and themes by their headers,
/// frameworks by composer's list.
std::vector<Software> read_software(std::string_view path, std::string_view text);

/// Gathers software while the disk is gone over: the first 20,000 pieces by path, whatever the order in which
/// threads come upon them; the others are counted.
class SoftwareReader final : public FileReader {
 public:
  static constexpr std::size_t kMostKept = 20'000;

  std::size_t beginning_bytes() const override { return 1 << 20; }
  bool wants(const std::string& path, const FileInfo& info) override;
  void look(unsigned thread, const std::string& path, FileBytes& bytes) override;
  void miss(unsigned, const std::string&, const Error&) override {}  // told by those who read it whole
  /// Sorted by path and name, each file once, by the first of its names. When all has been gone over.
  std::vector<Software> take();
  std::uint64_t left_out() const { return left_out_; }

 private:
  struct Found {
    Software piece;
    std::uint64_t inode = 0;
    bool operator<(const Found& other) const {
      const auto &a = piece, &b = other.piece;
      return std::tie(a.path, a.name, a.source, a.version) < std::tie(b.path, b.name, b.source, b.version);
    }
  };
  std::mutex mutex_;
  std::set<Found> found_;
  std::uint64_t left_out_ = 0;
};

}  // namespace rescue::evidence
