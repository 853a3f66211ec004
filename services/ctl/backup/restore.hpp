#pragma once

#include <map>
#include <string>

#include "backup/manifest.hpp"
#include "backup/product.hpp"

namespace rescue::ctl {

struct RestoreOrder {
  std::string directory;  ///< of the backup
  std::string who;        ///< the user of the operating system
  std::string reason;
  bool replace = false;  ///< put aside what is there
};

struct Restored {
  ReadManifest backup;
  std::map<std::string, std::string> aside;  ///< service → where its former database is; only where one was
  std::int64_t discarded = 0;                ///< messages that lay in Redis
};

/// Puts a backup in place of what `product` has, with the services stopped. Everything that can be checked is
/// checked, and all copies are laid beside the databases, before the first changes place; from then on no
/// service starts until all have. In each database the transaction that has everything sent again also writes
/// the audit row "store.restored". What Redis holds is of a time that will not have been: it is thrown away.
Result<Restored> restore(const Product& product, const RestoreOrder& order, const Clock& clock);

}  // namespace rescue::ctl
