#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <condition_variable>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <future>
#include <mutex>
#include <thread>

#include "contract.hpp"

namespace rescue::store {
namespace {

namespace fs = std::filesystem;

class Sqlite : public ::testing::Test {
 protected:
  Sqlite() {
    std::string name = fs::temp_directory_path() / "rescue-sqlite-XXXXXX";
    directory = ::mkdtemp(name.data());
  }
  ~Sqlite() override { fs::remove_all(directory); }
  std::string path() const { return directory + "/deep/er/service.db"; }
  Result<std::unique_ptr<Database>> open(std::span<const EmbeddedFile> migrations = kNotes) const {
    return Database::open("sqlite://" + path(), migrations);
  }
  static std::int64_t notes(Database& db) {
    const auto row = db.read([](Tx& tx) { return tx.find("SELECT COUNT(*) FROM notes"); });
    return row ? (*row)->integer(0) : -1;
  }
  std::string directory;
};

TEST_F(Sqlite, RefusesASecondOwner) {
  auto first = open();
  ASSERT_TRUE(first) << first.error().detail;
  const auto second = open();
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(second.error().problem, "database-in-use");
  EXPECT_NE(second.error().detail.find("process " + std::to_string(::getpid())), std::string::npos)
      << second.error().detail;
  first->reset();
  EXPECT_TRUE(open());
}

TEST_F(Sqlite, WaitsForTheChildThatAKilledOwnerWasAboutToStart) {
  auto first = open();
  ASSERT_TRUE(first) << first.error().detail;
  std::array<int, 2> line{};
  ASSERT_EQ(::pipe(line.data()), 0);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {  // holds what it has inherited until the line is closed
    ::close(line[1]);
    char nothing = 0;
    ::_exit(static_cast<int>(::read(line[0], &nothing, 1)));
  }
  first->reset();
  ::close(line[0]);
  auto second = std::async(std::launch::async, [this] { return open(); });
  ::close(line[1]);
  const auto opened = second.get();
  EXPECT_TRUE(opened) << opened.error().detail;
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
}

TEST_F(Sqlite, IsReadableByItsOwnerOnly) {
  const auto db = open();
  ASSERT_TRUE((*db)->write_status(add_note(1)));
  for (const auto* suffix : {"", "-wal", "-shm", ".lock"}) {
    struct stat info {};
    ASSERT_EQ(::stat((path() + suffix).c_str(), &info), 0) << suffix;
    EXPECT_EQ(info.st_mode & 0777, 0600U) << suffix;
  }
}

TEST_F(Sqlite, APrivateDatabaseLeavesNothingBehind) {
  ::setenv("TMPDIR", directory.c_str(), 1);
  auto db = Database::open("sqlite://:memory:", kNotes);
  ASSERT_TRUE(db);
  EXPECT_FALSE(fs::is_empty(directory));
  db->reset();
  EXPECT_TRUE(fs::is_empty(directory));
  ::unsetenv("TMPDIR");
}

TEST_F(Sqlite, RefusesOtherUrls) {
  for (const auto* url : {"", "sqlite://relative.db", "/plain/path", "mysql://host/db", "sqlite://"}) {
    const auto db = Database::open(url, kNotes);
    ASSERT_FALSE(db) << url;
    EXPECT_EQ(db.error().problem, "bad-database-url");
  }
}

TEST_F(Sqlite, SaysWhyItCannotBeOpened) {
  const auto nowhere = Database::open("sqlite:///proc/nowhere/x.db", kNotes);
  ASSERT_FALSE(nowhere);
  EXPECT_EQ(nowhere.error().code, ErrorCode::kUnavailable);
  fs::create_directories(directory + "/deep/er");
  std::ofstream(path()) << std::string(8'192, 'x');
  const auto garbage = open();
  ASSERT_FALSE(garbage);
  EXPECT_EQ(garbage.error().code, ErrorCode::kCorrupt) << garbage.error().detail;
}

/// A disk that takes no more, as far as this process can tell.
class FullDisk {
 public:
  FullDisk() {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, SIG_IGN);
    const struct rlimit none { 4'096, before_.rlim_max };
    ::setrlimit(RLIMIT_FSIZE, &none);
  }
  ~FullDisk() { ::setrlimit(RLIMIT_FSIZE, &before_); }

 private:
  struct rlimit before_ {};
};

TEST_F(Sqlite, ADiskErrorIsUnavailableAndPasses) {
  auto db = open();
  ASSERT_TRUE((*db)->write_status(add_note(1)));
  bool acted = false;
  {
    const FullDisk full;
    const Status status = (*db)->write_status([&](Tx& tx) -> Status {
      tx.after_commit([&] { acted = true; });
      return add_note(2)(tx);
    });
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code, ErrorCode::kUnavailable) << status.error().detail;
    EXPECT_TRUE(status.error().problem.starts_with("database-"));
  }
  EXPECT_FALSE(acted);
  EXPECT_TRUE((*db)->write_status(add_note(3)));
  EXPECT_EQ(notes(**db), 2);
  db->reset();
  EXPECT_EQ(notes(**open()), 2);
}

TEST_F(Sqlite, WhatFollowsAFailureThatEndedTheTransactionIsNotWritten) {
  auto db = open();
  ASSERT_TRUE(db) << db.error().detail;
  const Status status = (*db)->write_status([](Tx& tx) -> Status {
    RESCUE_TRY(add_note(1)(tx));
    RESCUE_ASSIGN(const auto pages, tx.find("PRAGMA page_count"));
    RESCUE_TRY(tx.query("PRAGMA max_page_count = " + std::to_string(pages->integer(0))));
    const Status big = tx.attempt([](Tx& part) -> Status {
      RESCUE_TRY(
          part.execute("INSERT INTO notes (id, text) VALUES (?, ?)", {2, std::string(1'000'000, 'x')}));
      return {};
    });
    EXPECT_EQ(big.error().problem, "database-full");
    (void)add_note(3)(tx);
    return {};
  });
  EXPECT_EQ(status.error().problem, "database-full");
  EXPECT_EQ(notes(**db), 0);
}

TEST_F(Sqlite, WaitingWritesShareOneCommit) {
  auto db = open();
  constexpr int kWriters = 32;
  const auto wal_bytes = [&] { return fs::file_size(path() + "-wal"); };
  ASSERT_TRUE((*db)->write_status(add_note(1'000)));
  const auto before = wal_bytes();
  ASSERT_TRUE((*db)->write_status(add_note(1'001)));
  const auto one_commit = wal_bytes() - before;
  // The first work holds the writer until all others are about to wait.
  std::atomic<int> submitted{0};
  std::vector<std::thread> threads;
  const Database::Work hold = [&](Tx& tx) -> Status {
    while (submitted < kWriters) std::this_thread::yield();
    return add_note(0)(tx);
  };
  threads.emplace_back([&] { EXPECT_TRUE((*db)->write_status(hold)); });
  for (int i = 1; i <= kWriters; ++i) {
    threads.emplace_back([&, i] {
      ++submitted;
      EXPECT_TRUE((*db)->write_status(add_note(i)));
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(notes(**db), kWriters + 3);
  // Far less than a commit each: every commit writes its pages to the log anew.
  EXPECT_LT(wal_bytes() - before, one_commit * kWriters * 3 / 4);
}

TEST_F(Sqlite, AVolatileOneWritesInTheCallersThreadAndRefusesAWriteInsideAWrite) {
  auto db = Database::open("sqlite-volatile://" + path(), kNotes);
  ASSERT_TRUE(db) << db.error().detail;
  std::thread::id writer;
  const Status status = (*db)->write_status([&](Tx& tx) -> Status {
    writer = std::this_thread::get_id();
    EXPECT_EQ((*db)->write_status(add_note(9)).error().problem, "nested-write");
    return add_note(1)(tx);
  });
  ASSERT_TRUE(status) << status.error().detail;
  EXPECT_EQ(writer, std::this_thread::get_id());
  const std::vector<Database::Work> works{
      add_note(2), [](Tx&) -> Status { return fail(ErrorCode::kConflict, "version-conflict", "no"); }};
  const auto statuses = (*db)->write_each(works);
  EXPECT_TRUE(statuses.at(0));
  EXPECT_FALSE(statuses.at(1));
  EXPECT_EQ(notes(**db), 2);
}

TEST_F(Sqlite, FinishesWhatIsQueuedWhenItIsClosed) {
  auto db = open();
  const auto status = (*db)->write_status(add_note(1));
  db->reset();
  ASSERT_TRUE(status);
  EXPECT_FALSE(fs::exists(path() + "-wal"));
  EXPECT_EQ(notes(**open()), 1);
}

}  // namespace
}  // namespace rescue::store
