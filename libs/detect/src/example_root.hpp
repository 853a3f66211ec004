#pragma once

#include <functional>
#include <string>

#include "rescue/base/json.hpp"
#include "rescue/detect/investigation.hpp"

namespace rescue::detect {

/// A small tree of files in a temporary folder, for the examples of rules and for tests; gone with the
/// object.
class ExampleRoot {
 public:
  using JournalMaker = std::function<std::string(std::string_view lines)>;

  /// Without a maker there are no journals.
  explicit ExampleRoot(JournalMaker journal = {});
  ExampleRoot(const ExampleRoot&) = delete;
  ExampleRoot& operator=(const ExampleRoot&) = delete;
  ~ExampleRoot();

  /// `path` as the server sees it; folders are made. A text that begins with "base64:" is decoded, of one
  /// that begins with "journal:" a journal is made.
  void write(const std::string& path, const std::string& text);
  void set_time(const std::string& path, Timestamp t);
  /// {"files": {path: text}, "times": {path: RFC 3339}, "yara": {name: text}}; files without a time get
  /// `fallback`.
  void lay_out(const Json& scene, Timestamp fallback);
  /// {"links": {path: target}, "modes": {path: "4755"}, "capabilities": {path: base64}}, each optional. False
  /// when a capability may not be set here: that takes root.
  bool give_rights(const Json& scene);
  /// A file of YARA rules, which investigate() then uses; `name` is its path in their folder.
  void write_yara(const std::string& name, const std::string& text);
  /// Investigates it; `how` but for the YARA rules.
  Json investigate(InvestigationOptions how) const;
  Json investigate(unsigned jobs = 1, std::optional<std::chrono::seconds> time_limit = std::nullopt) const {
    return investigate({.jobs = jobs, .since = std::nullopt, .time_limit = time_limit});
  }

  const std::string& directory() const { return directory_; }

 private:
  std::string yara_folder() const { return directory_ + "-yara"; }

  JournalMaker journal_;
  std::string directory_;
};

}  // namespace rescue::detect
