#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "rescue/base/result.hpp"

namespace rescue::match {

/// One file of YARA rules.
struct YaraSource {
  std::string name;  ///< "php/shells.yar": its path in the rules' folder, and the namespace of its rules
  std::string text;
};

/// Why a file is not used.
struct YaraFault {
  std::string name;
  std::string message;  ///< "line 12: undefined identifier "x""
};

/// Rules that are ready to use. Immutable; thread-safe.
class YaraRules {
 public:
  /// The text of an included file by its path in the rules' folder; nothing where there is none.
  using Include = std::function<std::optional<std::string>(const std::string& path)>;

  /// What compiles of `sources`; the rest is in faults().
  static YaraRules compile(const std::vector<YaraSource>& sources, const Include& include);
  YaraRules(YaraRules&&) noexcept;
  YaraRules& operator=(YaraRules&&) noexcept;
  ~YaraRules();

  std::size_t count() const;  ///< of rules
  const std::vector<YaraFault>& faults() const { return faults_; }

 private:
  friend class YaraScanner;
  struct Compiled;
  YaraRules();
  std::unique_ptr<Compiled> compiled_;
  std::vector<YaraFault> faults_;
};

/// What the external variables say of a file.
struct YaraSubject {
  std::string path;
  std::string owner;
  std::uint64_t size = 0;  ///< of the file; may be more than the bytes that are searched
};

struct YaraString {
  std::string name;  ///< "$a"
  std::uint64_t offset = 0;
  std::string bytes;  ///< the first of them
};

struct YaraMatch {
  std::string rule;
  std::string source;  ///< its file
  std::vector<std::string> tags;
  std::map<std::string, std::string> meta;  ///< numbers as text
  std::vector<YaraString> strings;          ///< in the order of the rule, a few
};

/// Runs rules; each thread has its own. The rules are borrowed.
class YaraScanner {
 public:
  explicit YaraScanner(const YaraRules& rules);
  YaraScanner(YaraScanner&&) noexcept;
  YaraScanner& operator=(YaraScanner&&) noexcept;
  ~YaraScanner();

  /// Private rules do not count. kUnavailable where it takes too long or libyara gives up.
  Result<std::vector<YaraMatch>> scan(std::string_view bytes, const YaraSubject& subject);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace rescue::match
