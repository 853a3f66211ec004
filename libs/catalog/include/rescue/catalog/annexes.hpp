#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "rescue/base/clock.hpp"
#include "rescue/catalog/annex_text.hpp"
#include "rescue/catalog/operating_systems.hpp"
#include "rescue/catalog/price_list.hpp"
#include "rescue/catalog/surcharges.hpp"
#include "rescue/catalog/terms.hpp"

namespace rescue::catalog {

/// All annexes at one moment. Who needs more than one thing of it takes one and keeps it: a reload makes a
/// new one. Immutable, thread-safe.
struct Annexes {
  std::shared_ptr<const Timeline<PriceList>> prices;
  std::shared_ptr<const Timeline<Surcharges>> out_of_hours;
  std::shared_ptr<const Timeline<Surcharges>> special_work;
  std::shared_ptr<const SupportedSystems> operating_systems;
  std::shared_ptr<const SupportedSystems> packages;
  std::shared_ptr<const ConsentTexts> consents;
  std::shared_ptr<const ServiceDocuments> documents;
};
using AnnexSnapshot = std::shared_ptr<const Annexes>;

/// A version of something in an annex and what it says.
struct AnnexVersion {
  std::string annex;    ///< "prices"
  std::string version;  ///< "prices-1", "R33 1.2", "debian-12 since 2020-04-01"
  std::string sha256;   ///< of the row without its valid_to, which is set when the next version is known
  std::string content;  ///< that row as JSON
};

/// What a file gave: its versions, and what puts it in its place.
struct ReadAnnex {
  std::vector<AnnexVersion> versions;
  std::function<void(Annexes&)> install;
};

/// One annex: a file, and how it is read.
struct AnnexFile {
  enum class Form { kYaml, kCsv, kText };
  std::string name;  ///< "prices": in metrics and logs
  std::string file;  ///< "prices.yaml", in the folder
  Form form = Form::kYaml;
  /// Errors carry the place in `pointer`. Must not keep what it is given.
  std::function<Result<ReadAnnex>(const AnnexText&)> read;
};

/// The folder with the annex files (R9). Each is read again when it changes; one that is broken then leaves
/// what it gave before in force. A version is never changed: the same name with another content is refused.
/// current() and states() from any thread, the rest from one at a time.
class AnnexFolder {
 public:
  explicit AnnexFolder(std::string directory);
  AnnexFolder(const AnnexFolder&) = delete;
  AnnexFolder& operator=(const AnnexFolder&) = delete;

  /// A further file, for another part of the service (holidays). Before open().
  void add(AnnexFile file);
  /// Is asked before versions are taken, to remember them longer than this process lives. kUnavailable: the
  /// file is tried again at the next refresh. Before open().
  using Keep = std::function<Status(const std::vector<AnnexVersion>&)>;
  void keep_versions(Keep keep) { keep_ = std::move(keep); }

  /// Reads all files. kInvalid names every fault with file and line; nothing is in force then.
  Status open(Timestamp now);

  struct State {
    std::string name;
    std::optional<std::string> broken;  ///< why the file as it is now was not taken: names file and line
    std::optional<Timestamp> loaded;    ///< when what is in force was taken
  };
  /// Looks at every file and reads those that changed. Returns the state of those that it read.
  std::vector<State> refresh(Timestamp now);
  std::vector<State> states() const;
  /// Never null after open().
  AnnexSnapshot current() const;

 private:
  struct Watched;
  Status take(Watched& watched, Timestamp now);
  Status check_versions(const std::vector<AnnexVersion>& versions);

  std::string directory_;
  Keep keep_;
  std::vector<std::shared_ptr<Watched>> files_;
  std::map<std::string, std::string, std::less<>> known_;  ///< "prices prices-1" → sha256
  mutable std::mutex mutex_;                               ///< of current_ and the files' states
  AnnexSnapshot current_;
};

}  // namespace rescue::catalog
