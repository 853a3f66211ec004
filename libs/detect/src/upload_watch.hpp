#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "rescue/detect/case_file.hpp"
#include "rescue/evidence/web_config.hpp"
#include "web_files.hpp"

namespace rescue::detect {

/// A request that may have brought a file.
struct Upload {
  std::string address;
  std::string target;  ///< without its query
  Timestamp time{};
  EvidenceRef evidence;
  bool sure = false;          ///< who sent it called the file afterwards
  std::int64_t distance = 0;  ///< from the file's time; those before it are the nearer ones
};

/// How often one address called a file, and when last.
struct CallsFrom {
  std::uint64_t count = 0;
  Timestamp last{};
};
using Callers = std::map<std::string, CallsFrom>;

/// Which requests were being answered when suspicious files below web roots were written. Bounded: of each
/// file the few nearest to its time, and so many in all.
class UploadWatch {
 public:
  UploadWatch() = default;
  UploadWatch(const std::vector<evidence::WebRoot>& roots, const std::vector<WebFile>& files);

  /// A request that was answered well. `own` is the file it asked for, if that is a suspicious one.
  void on_request(const Scene& scene, const evidence::Event& event, std::optional<std::size_t> own);
  /// The request that brought the file: the nearest of those who called it afterwards; else that of the only
  /// address there was, which for a proxy's stands for many. Nothing where several come into question, or
  /// only strangers.
  std::optional<Upload> of(std::size_t file, const Callers& callers) const;
  /// Requests that there was no room for.
  std::uint64_t left_out() const { return left_out_; }

  /// Those that a request may have brought.
  std::vector<std::size_t> files() const;

 private:
  void keep(std::size_t file, Upload upload);

  std::vector<std::pair<std::int64_t, std::uint32_t>> written_;  // second and file, sorted
  std::unordered_map<std::size_t, std::vector<Upload>> uploads_;
  std::size_t kept_ = 0;
  std::uint64_t left_out_ = 0;
};

}  // namespace rescue::detect
