#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace rescue::store::testing {

/// A private PostgreSQL of Debian 12 on a Unix socket in a directory of its own, removed at the end. Run by
/// root it belongs to the user "postgres", whom Debian's package makes. Throws std::runtime_error when it
/// cannot be started.
class PostgresServer {
 public:
  PostgresServer();
  ~PostgresServer();
  PostgresServer(const PostgresServer&) = delete;
  PostgresServer& operator=(const PostgresServer&) = delete;

  /// One for the whole test program, started at its first use.
  static PostgresServer& shared();
  /// The URL of a new, empty database.
  std::string new_database();
  /// The directory of its socket.
  const std::string& directory() const { return directory_; }
  /// Runs SQL by psql as the superuser in `database`. Its output, unaligned, without the last line's end.
  std::string psql(const std::string& database, const std::string& sql) const;

  void start();
  /// SIGINT: connections are ended, the data is on the disk.
  void stop();
  /// Stops all its processes in their tracks, and lets them go on.
  void pause() const;
  void resume() const;

 private:
  std::string directory_;
  std::string programs_;
  pid_t pid_ = -1;
  int databases_ = 0;
};

}  // namespace rescue::store::testing
