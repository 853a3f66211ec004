#include "rescue/store/backup.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <latch>
#include <thread>

#include "contract.hpp"
#include "rescue/store/audit.hpp"
#include "rescue/store/durable_file.hpp"
#include "rescue/store/outbox.hpp"

namespace rescue::store {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

/// A change as a service makes it.
Status change(Tx& tx, std::int64_t id) {
  RESCUE_TRY(add_note(id)(tx));
  AuditRow row;
  row.action = "note.added";
  row.details = {{"id", id}};
  RESCUE_TRY(Audit::append(tx, row));
  Message message;
  message.from = "a";
  message.to = "b";
  message.type = "t";
  message.incident_id = "inc_" + std::to_string(id % 3);
  return Outbox::put(tx, message);
}

class Backup : public ::testing::TestWithParam<Backend> {
 protected:
  Backup() {
    std::string name = fs::temp_directory_path() / "rescue-backup-XXXXXX";
    directory = ::mkdtemp(name.data());
  }
  ~Backup() override { fs::remove_all(directory); }
  /// Of the database that the test calls `name`.
  std::string url(const std::string& name) {
    auto& known = urls[name];
    if (known.empty()) known = GetParam().make();
    return known;
  }
  std::string backend() { return *backend_of(url("any")); }
  std::unique_ptr<Database> open(const std::string& name) {
    auto opened = Database::open(url(name), kNotes);
    if (!opened) throw std::runtime_error(opened.error().detail);
    return *std::move(opened);
  }
  std::unique_ptr<BackupSource> source(const std::string& name) {
    auto opened = BackupSource::open(url(name));
    if (!opened) throw std::runtime_error(opened.error().detail);
    return *std::move(opened);
  }
  std::string copy_path() { return directory + "/copy" + std::to_string(++copies); }
  Result<Cut> cut_of(std::vector<BackupSource*> sources, const CutOptions& options = {}) {
    return cut(sources, clock, options);
  }
  /// How many notes a copy holds, after it was verified.
  std::int64_t notes_in_copy(BackupSource& of) {
    const auto path = copy_path();
    const auto contents = of.contents();
    EXPECT_TRUE(contents) << contents.error().detail;
    const Status copied = of.copy_to(path);
    EXPECT_TRUE(copied) << copied.error().detail;
    const Status verified = verify_copy(backend(), path, *contents);
    EXPECT_TRUE(verified) << verified.error().detail;
    return contents->audit_rows;
  }

  std::string directory;
  std::map<std::string, std::string> urls;
  int copies = 0;
  SystemClock clock;
};

/// Writes the same numbers into `first`, then into `second`, each after the other has committed: at any
/// moment they are equal, or the first is one ahead.
class Lockstep {
 public:
  Lockstep(Database& first, Database& second) : first_(first), second_(second), thread_([this] { run(); }) {}
  ~Lockstep() {
    stopping_ = true;
    thread_.join();
  }
  std::int64_t written() const { return written_; }
  bool failed() const { return failed_; }

 private:
  void run() {
    for (std::int64_t i = 0; !stopping_; ++i) {
      for (Database* database : {&first_, &second_}) {
        if (!database->write([&](Tx& tx) -> Status { return change(tx, i); })) failed_ = true;
      }
      written_ = i + 1;
    }
  }

  Database& first_;
  Database& second_;
  std::atomic<bool> stopping_{false};
  std::atomic<bool> failed_{false};
  std::atomic<std::int64_t> written_{0};
  std::thread thread_;
};

/// A source of which the moment is fixed late: a writer who could would have gone on meanwhile.
class Late final : public BackupSource {
 public:
  Late(BackupSource& source, const Lockstep& writer) : source_(source), writer_(writer) {}
  Status hold_writers(std::chrono::steady_clock::time_point deadline) override {
    return source_.hold_writers(deadline);
  }
  Status fix_moment() override {
    const auto before = writer_.written();
    const auto until = std::chrono::steady_clock::now() + 100ms;
    while (writer_.written() < before + 3 && std::chrono::steady_clock::now() < until) {
      std::this_thread::yield();
    }
    return source_.fix_moment();
  }
  void let_writers_go() noexcept override { source_.let_writers_go(); }
  Result<Contents> contents() override { return source_.contents(); }
  Status copy_to(const std::string& path) override { return source_.copy_to(path); }

 private:
  BackupSource& source_;
  const Lockstep& writer_;
};

TEST_P(Backup, IsOneMomentOverDatabasesThatAreWrittenInLockstep) {
  const auto first = open("first");
  const auto second = open("second");
  const auto of_first = source("first");
  const auto of_second = source("second");
  const Lockstep writer(*first, *second);
  Late late_first(*of_first, writer);
  std::int64_t before = 0;
  for (int round = 0; round < 8; ++round) {
    ASSERT_TRUE(reaches([&] { return writer.written() >= before + 5; }));
    const auto made = cut_of({of_second.get(), &late_first});
    ASSERT_TRUE(made) << made.error().detail;
    EXPECT_LT(made->held, 900ms);
    // Copied much later than fixed: the writer has gone on.
    const auto then = writer.written();
    ASSERT_TRUE(reaches([&] { return writer.written() >= then + 20; }));
    const auto a = notes_in_copy(*of_first);
    const auto b = notes_in_copy(*of_second);
    EXPECT_TRUE(a == b || a == b + 1) << a << " and " << b;
    EXPECT_LE(a, then + 1);
    EXPECT_GE(b, before);
    before = writer.written();
  }
  EXPECT_FALSE(writer.failed());
}

TEST_P(Backup, GetsItsTurnAmongManyWriters) {
  const auto db = open("busy");
  std::atomic<bool> stopping{false};
  std::atomic<std::int64_t> next{0};
  std::vector<std::thread> writers;
  for (int i = 0; i < 8; ++i) {
    writers.emplace_back([&] {
      while (!stopping) {
        EXPECT_TRUE(db->write([&](Tx& tx) -> Status { return change(tx, next++); }));
      }
    });
  }
  const auto of = source("busy");
  for (int i = 0; i < 20; ++i) {
    const auto reached = next.load();
    EXPECT_TRUE(reaches([&] { return next >= reached + 50; }));
    const auto made = cut_of({of.get()});
    EXPECT_TRUE(made && made->held < 900ms) << (made ? "held too long" : made.error().detail);
  }
  stopping = true;
  for (auto& writer : writers) writer.join();
}

TEST_P(Backup, GivesUpWhenAWriterDoesNotEndAndLetsTheOthersGo) {
  const auto free = open("free");
  const auto stuck = open("stuck");
  std::latch begun(1), go_on(1);
  std::thread writer([&] {
    EXPECT_TRUE(stuck->write([&](Tx& tx) -> Status {
      begun.count_down();
      go_on.wait();
      return change(tx, 1);
    }));
  });
  begun.wait();
  const auto of_free = source("free");
  const auto of_stuck = source("stuck");
  const auto made = cut_of({of_free.get(), of_stuck.get()}, {.hold_max = 40ms, .tries = 2});
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, ErrorCode::kUnavailable);
  EXPECT_NE(made.error().detail.find("within 40 ms, tried 2 times"), std::string::npos)
      << made.error().detail;
  EXPECT_TRUE(free->write([](Tx& tx) -> Status { return change(tx, 1); }));
  go_on.count_down();
  writer.join();
  EXPECT_TRUE(cut_of({of_free.get(), of_stuck.get()}));
}

TEST_P(Backup, CopiesForTheOwnerOnlyAndNothingBeside) {
  const auto db = open("plain");
  ASSERT_TRUE(db->write([](Tx& tx) -> Status { return change(tx, 1); }));
  const auto of = source("plain");
  ASSERT_TRUE(cut_of({of.get()}));
  fs::create_directory(directory + "/to");
  const auto path = directory + "/to/plain.sqlite";
  ASSERT_TRUE(of->copy_to(path));
  ASSERT_TRUE(verify_copy(backend(), path, *of->contents()));
  struct stat info {};
  ASSERT_EQ(::stat(path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777, 0600U);
  EXPECT_EQ(std::distance(fs::directory_iterator(directory + "/to"), {}), 1);
  const auto again = of->copy_to(path);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::kConflict) << "what is there is not written over";
}

TEST_P(Backup, LeavesTheServiceItsDatabase) {
  auto db = open("own");
  {
    const auto of = source("own");
    ASSERT_TRUE(cut_of({of.get()}));
    EXPECT_TRUE(db->write([](Tx& tx) -> Status { return change(tx, 1); }));
    EXPECT_EQ(of->contents()->audit_rows, 0);
  }
  EXPECT_TRUE(db->write([](Tx& tx) -> Status { return change(tx, 2); }));
  db.reset();
  EXPECT_TRUE(open("own"));
}

TEST_P(Backup, CreatesNoDatabase) {
  const auto missing = BackupSource::open(url("any") + "-missing");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::kUnavailable);
  EXPECT_FALSE(BackupSource::open("sqlite://" + directory + "/missing.db"));
  EXPECT_TRUE(fs::is_empty(directory));
  for (const auto* other : {"sqlite://:memory:", "sqlite://relative.db", "mysql://host/db", ""}) {
    const auto refused = BackupSource::open(other);
    ASSERT_FALSE(refused) << other;
    EXPECT_EQ(refused.error().problem, "bad-database-url");
  }
}

INSTANTIATE_TEST_SUITE_P(Backends, Backup, ::testing::ValuesIn(backends()),
                         [](const auto& tested) { return tested.param.name; });

class DamagedCopy : public Backup {
 protected:
  DamagedCopy() {
    const auto db = open("good");
    for (int i = 0; i < 50; ++i) {
      EXPECT_TRUE(db->write([&](Tx& tx) -> Status { return change(tx, i); }));
    }
    const auto of = source("good");
    EXPECT_TRUE(cut_of({of.get()}));
    contents = *of->contents();
    path = copy_path();
    EXPECT_TRUE(of->copy_to(path));
  }
  /// Opens the copy as a service would and changes it.
  void rewrite(const std::string& sql) const {
    auto db = *Database::open("sqlite://" + path, kNotes);
    EXPECT_TRUE(db->write([&](Tx& tx) { return tx.execute(sql); }));
  }
  std::string fault() {
    const Status verified = verify_copy(backend(), path, contents);
    if (verified) return "none";
    EXPECT_EQ(verified.error().code, ErrorCode::kCorrupt);
    EXPECT_EQ(verified.error().problem, "bad-backup");
    return verified.error().detail;
  }
  Contents contents;
  std::string path;
};
INSTANTIATE_TEST_SUITE_P(Backends, DamagedCopy, ::testing::ValuesIn(backends()),
                         [](const auto& tested) { return tested.param.name; });

/// What can be seen without a server.
class DamagedSqliteCopy : public DamagedCopy {};
INSTANTIATE_TEST_SUITE_P(Backends, DamagedSqliteCopy, ::testing::Values(backends().front()));

TEST_P(DamagedCopy, IsToldFromAWholeOne) {
  EXPECT_EQ(fault(), "none");
}

TEST_P(DamagedSqliteCopy, IsToldFromAnother) {
  contents.audit_head[0] = contents.audit_head[0] == '0' ? '1' : '0';
  EXPECT_NE(fault().find("something else than the manifest says"), std::string::npos);
}

TEST_P(DamagedSqliteCopy, IsFoundByTheAuditChain) {
  rewrite("UPDATE audit SET reason = 'another' WHERE number = 7");
  EXPECT_NE(fault().find("audit row 7"), std::string::npos) << fault();
}

TEST_P(DamagedSqliteCopy, IsFoundWhenAMessageIsMissing) {
  rewrite("DELETE FROM outbox WHERE number = 3");
  EXPECT_NE(fault(), "none");
}

TEST_P(DamagedCopy, IsFoundWhenItIsCutShortOrNoDatabase) {
  fs::resize_file(path, fs::file_size(path) / 2);
  EXPECT_NE(fault(), "none");
  fs::resize_file(path, 0);
  EXPECT_NE(fault(), "none");
  std::ofstream(path) << std::string(8'192, 'x');
  EXPECT_NE(fault(), "none");
  fs::remove(path);
  EXPECT_NE(fault(), "none");
  EXPECT_FALSE(fs::exists(path));
}

TEST_P(DamagedSqliteCopy, APageOfNoiseIsFoundWhereverItIs) {
  const auto pages = fs::file_size(path) / 4'096;
  const auto whole = directory + "/whole";
  fs::copy_file(path, whole);
  const auto digest = digest_file(whole);
  for (std::uintmax_t page = 0; page < pages; ++page) {
    fs::copy_file(whole, path, fs::copy_options::overwrite_existing);
    {
      std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
      file.seekp(static_cast<std::streamoff>(page * 4'096));
      file << std::string(4'096, '\xa5');
    }
    EXPECT_NE(fault(), "none") << "page " << page << " of " << pages;
    EXPECT_NE(*digest_file(path), *digest);
  }
}

}  // namespace
}  // namespace rescue::store
