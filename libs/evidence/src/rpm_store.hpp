#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "paged_file.hpp"
#include "rescue/evidence/gap.hpp"

namespace rescue::evidence {

/// What an index beside the packages says of them, by their numbers.
struct RpmIndex {
  bool known = false;
  std::map<std::uint32_t, std::string> values;
};

/// The file that holds the headers of installed packages, and the indexes beside it.
class RpmStore {
 public:
  using Visit = std::function<bool(std::uint32_t number, std::string_view header)>;

  /// Where rpm keeps it: /var/lib/rpm, or /usr/lib/sysimage/rpm; the first that opens. Every other one, and
  /// what is there and cannot be read, is a gap. `time_is_up` is borrowed.
  static std::optional<RpmStore> find(const SafeRoot& root, const std::function<bool()>& time_is_up,
                                      Gaps& gaps);

  /// Every header, until `visit` answers false.
  void each_header(const Visit& visit);
  /// Which package has which name, as the index of names says.
  RpmIndex names();
  /// Which header has which SHA-1; SQLite only.
  RpmIndex header_digests();
  bool has_header_digests() const { return form_ == Form::kSqlite; }
  const std::string& path() const { return path_; }
  /// When it was written last.
  Timestamp written() const { return written_; }
  const PageDamage& damage() const { return damage_; }

 private:
  enum class Form : std::uint8_t { kSqlite, kBerkeley };
  struct Candidate {
    std::string path;
    std::optional<Form> form;  ///< none: one that is not read
    std::uint64_t inode = 0;
  };
  RpmStore(const SafeRoot& root, const std::function<bool()>& time_is_up, std::string path, Form form)
      : root_(&root), time_is_up_(&time_is_up), path_(std::move(path)), form_(form) {}
  static std::vector<Candidate> all(const SafeRoot& root);
  static const Candidate* best(const SafeRoot& root, const std::vector<Candidate>& candidates);
  RpmIndex sqlite_index(std::string_view table);

  const SafeRoot* root_;
  const std::function<bool()>* time_is_up_;
  std::string path_;
  Form form_;
  Timestamp written_{};
  PageDamage damage_;
};

}  // namespace rescue::evidence
