#include "contract.hpp"

namespace rescue::store {

std::vector<Backend> backends() {
  return {{"Sqlite", [](std::span<const EmbeddedFile> migrations) {
             return Database::open("sqlite://:memory:", migrations);
           }}};
}

}  // namespace rescue::store
