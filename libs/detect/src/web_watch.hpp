#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "rescue/evidence/web_config.hpp"
#include "web_files.hpp"

namespace rescue::detect {

/// Knows at which addresses of the web server suspicious files appear: 16 bytes for each address, and a
/// look-up that does not grow with the number of files. Borrows what it is given.
class WebWatch {
 public:
  WebWatch() = default;
  /// Watches files of severity medium and above.
  WebWatch(const std::vector<evidence::WebRoot>& roots, const std::vector<WebFile>& files);

  /// The file that answers a request for `target`, as logged, with or without PATH_INFO behind it.
  std::optional<std::size_t> file_at(std::string_view target) const;
  /// Addresses that there were too many of.
  std::uint64_t left_out() const { return left_out_; }

 private:
  struct Address {
    std::uint64_t hash = 0;
    std::uint32_t file = 0, root = 0;
  };
  void watch(std::uint32_t file, std::uint32_t root);
  bool may_be_watched(std::string_view target) const;
  std::optional<std::size_t> exactly(std::string_view url, std::uint64_t hash) const;
  std::string_view prefix_of(std::uint32_t root) const;
  std::string_view rest_of(const Address& address) const;

  const std::vector<evidence::WebRoot>* roots_ = nullptr;
  const std::vector<WebFile>* files_ = nullptr;
  std::vector<Address> addresses_;  // sorted
  std::set<std::string> names_;     // the files' own, while they are few
  std::uint64_t left_out_ = 0;
};

}  // namespace rescue::detect
