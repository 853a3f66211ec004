#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "contract.hpp"
#include "rescue/store/testing/postgres_server.hpp"

namespace rescue::store {
namespace {

namespace fs = std::filesystem;

/// Where the files of this program's SQLite databases lie; removed at its end.
class Directory {
 public:
  Directory() : path_(fs::temp_directory_path() / "rescue-store-test-XXXXXX") {
    if (::mkdtemp(path_.data()) == nullptr) std::abort();
  }
  ~Directory() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  std::string new_database() {
    return "sqlite://" + path_ + "/" + std::to_string(++databases_) + "/service.db";
  }

 private:
  std::string path_;
  int databases_ = 0;
};

std::string new_file() {
  static Directory directory;
  return directory.new_database();
}

}  // namespace

std::vector<Backend> backends() {
  return {{"Sqlite", new_file},
          {"Postgres", [] { return testing::PostgresServer::shared().new_database(); }}};
}

}  // namespace rescue::store
