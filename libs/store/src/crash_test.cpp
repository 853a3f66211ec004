#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <set>
#include <thread>

#include "contract.hpp"
#include "rescue/store/audit.hpp"
#include "rescue/store/outbox.hpp"

extern char** environ;

namespace rescue::store {
namespace {

constexpr int kWriters = 8;

std::string database_of_the_child() {
  const char* url = std::getenv("RESCUE_CRASH_TEST_DATABASE");
  return url == nullptr ? "" : url;
}

/// One change of state as a service makes it: a row, its audit row, its message.
Status change(Tx& tx, std::int64_t id) {
  RESCUE_TRY(add_note(id)(tx));
  AuditRow row;
  row.details = {{"id", id}};
  RESCUE_TRY(Audit::append(tx, row));
  Message message;
  message.from = "a";
  message.to = "b";
  message.type = "t";
  message.incident_id = "inc_" + std::to_string(id % 5);
  return Outbox::put(tx, message);
}

/// Not a test but the program that gets killed: writes for ever and says what was answered, one number a
/// line.
TEST(CrashTest, DISABLED_ChildThatWritesUntilItIsKilled) {
  if (database_of_the_child().empty()) GTEST_SKIP() << "run by the test below";
  auto db = Database::open(database_of_the_child(), kNotes);
  ASSERT_TRUE(db) << db.error().detail;
  std::vector<std::thread> writers;
  for (int w = 0; w < kWriters; ++w) {
    writers.emplace_back([&, w] {
      for (std::int64_t i = w;; i += kWriters) {
        if (!(*db)->write([&](Tx& tx) -> Status { return change(tx, i); })) std::abort();
        const std::string line = "answered " + std::to_string(i) + "\n";
        if (::write(STDOUT_FILENO, line.data(), line.size()) < 0) std::abort();
      }
    });
  }
  for (auto& writer : writers) writer.join();
}

class Child {
 public:
  explicit Child(const std::string& database) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) std::abort();
    ::setenv("RESCUE_CRASH_TEST_DATABASE", database.c_str(), 1);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    std::string self = "/proc/self/exe";
    std::string filter = "--gtest_filter=CrashTest.DISABLED_ChildThatWritesUntilItIsKilled";
    std::string also = "--gtest_also_run_disabled_tests";
    std::string no_report = "--gtest_output=";
    char* arguments[] = {self.data(), filter.data(), also.data(), no_report.data(), nullptr};
    if (posix_spawn(&pid_, self.c_str(), &actions, nullptr, arguments, environ) != 0) std::abort();
    posix_spawn_file_actions_destroy(&actions);
    ::unsetenv("RESCUE_CRASH_TEST_DATABASE");
    ::close(ends[1]);
    out_ = ::fdopen(ends[0], "r");
  }
  ~Child() { std::fclose(out_); }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  /// Reads answers until there are `enough`, kills it, reads what else it had said.
  std::set<std::int64_t> answers_until_killed(std::size_t enough) {
    std::set<std::int64_t> answers;
    char line[256];
    bool alive = true;
    while (std::fgets(line, sizeof line, out_) != nullptr) {
      long number = 0;
      if (std::sscanf(line, "answered %ld", &number) == 1) answers.insert(number);
      if (alive && answers.size() >= enough) {
        ::kill(pid_, SIGKILL);
        alive = false;
      }
    }
    int status = 0;
    ::waitpid(pid_, &status, 0);
    return answers;
  }

 private:
  pid_t pid_ = -1;
  FILE* out_ = nullptr;
};

class CrashContract : public ::testing::TestWithParam<Backend> {};
RESCUE_STORE_CONTRACT(CrashContract);

TEST_P(CrashContract, EveryAnsweredWriteIsThereAfterAKill) {
  for (int round = 0; round < 3; ++round) {
    const std::string url = GetParam().make();
    Child child(url);
    std::set<std::int64_t> answered = child.answers_until_killed(200);
    ASSERT_GE(answered.size(), 200U);
    auto db = Database::open(url, kNotes);
    ASSERT_TRUE(db) << db.error().detail;
    const auto ids = (*db)->read([](Tx& tx) { return tx.query("SELECT id FROM notes"); });
    ASSERT_TRUE(ids);
    for (const Row& row : *ids) answered.erase(row.integer(0));
    EXPECT_TRUE(answered.empty()) << answered.size() << " answered writes are lost";
    // A write is there whole: with its audit row and its message.
    const auto rows = static_cast<std::int64_t>(ids->size());
    EXPECT_EQ((*db)->read([](Tx& tx) { return Audit::verify(tx); }), rows);
    EXPECT_EQ((*db)->read([](Tx& tx) { return Outbox::depth(tx); })->waiting, rows);
  }
}

}  // namespace
}  // namespace rescue::store
