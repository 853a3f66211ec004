#include <atomic>
#include <thread>

#include "contract.hpp"
#include "postgres_sql.hpp"
#include "rescue/store/audit.hpp"
#include "rescue/store/outbox.hpp"
#include "rescue/store/testing/postgres_server.hpp"

namespace rescue::store {
namespace {

testing::PostgresServer& server() {
  return testing::PostgresServer::shared();
}

std::string name_in(const std::string& url) {
  return url.substr(url.find("@/") + 2, url.find('?') - url.find("@/") - 2);
}

class Postgres : public ::testing::Test {
 protected:
  Result<std::unique_ptr<Database>> open() const { return Database::open(url, kNotes); }
  static std::int64_t notes(Database& db) {
    const auto row = db.read([](Tx& tx) { return tx.find("SELECT COUNT(*) FROM notes"); });
    return row ? (*row)->integer(0) : -1;
  }
  /// Ends all connections to the database, as a restart or a fail-over would.
  void cut() const {
    server().psql("postgres", "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '" +
                                  name_in(url) + "'");
  }
  /// Several owners, each written to by several threads.
  void take_turns() const {
    constexpr int kOwners = 3;
    constexpr int kEach = 60;
    std::vector<std::unique_ptr<Database>> owners;
    for (int i = 0; i < kOwners; ++i) {
      auto db = open();
      ASSERT_TRUE(db) << db.error().detail;
      EXPECT_TRUE((*db)->shared());
      owners.push_back(std::move(*db));
    }
    std::vector<std::thread> threads;
    for (int t = 0; t < kOwners * 4; ++t) {
      threads.emplace_back([&, t] {
        for (int i = 0; i < kEach; ++i) {
          EXPECT_TRUE(owners[static_cast<std::size_t>(t % kOwners)]->write_status([&](Tx& tx) -> Status {
            // Reads what it then writes by: lost updates would show as a conflict.
            RESCUE_ASSIGN(const auto last, tx.find("SELECT COALESCE(MAX(id), 0) FROM notes"));
            RESCUE_TRY(add_note(last->integer(0) + 1)(tx));
            return Audit::append(tx, {});
          }));
        }
      });
    }
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(notes(*owners[0]), kOwners * 4 * kEach);
    EXPECT_EQ(owners[1]->read([](Tx& tx) { return Audit::verify(tx); }), kOwners * 4 * kEach);
  }
  std::string url = server().new_database();
};

TEST(PostgresSqlTest, NumbersParametersOutsideOfLiteralsNamesAndComments) {
  const auto sql = to_postgres("SELECT '?''?', \"?\", ? /* ? */ FROM t -- ?\n WHERE a = ?");
  EXPECT_EQ(sql.text, "SELECT '?''?', \"?\", $1 /* ? */ FROM t -- ?\n WHERE a = $2");
  EXPECT_EQ(sql.parameters, 2U);
  EXPECT_EQ(to_postgres("SELECT 'open ?").parameters, 0U);
}

TEST_F(Postgres, TextsThatItCanHoldStandThereReadable) {
  auto db = open();
  ASSERT_TRUE(db) << db.error().detail;
  for (const auto& [id, text] : {std::pair<std::int64_t, std::string>{1, "調査\n"}, {2, "\xff"}}) {
    ASSERT_TRUE((*db)->write([&](Tx& tx) -> Result<std::int64_t> {
      return tx.execute("INSERT INTO notes (id, text) VALUES (?, ?)", {id, text});
    }));
  }
  EXPECT_EQ(server().psql(name_in(url), "SELECT text FROM notes WHERE id = 1"), "調査\n");
  EXPECT_EQ(server().psql(name_in(url), "SELECT decode(substr(text, 6), 'hex') FROM notes WHERE id = 2"),
            "\\xff");
}

TEST_F(Postgres, SeveralOwnersTakeTurns) {
  take_turns();
}

TEST_F(Postgres, SeveralOwnersTakeTurnsWhateverTheServersDefaultIsolation) {
  server().psql("postgres",
                "ALTER DATABASE " + name_in(url) + " SET default_transaction_isolation = 'repeatable read'");
  take_turns();
}

TEST_F(Postgres, SeveralOwnersMigrateOnce) {
  std::vector<std::thread> threads;
  std::atomic<int> opened{0};
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      const auto db = open();
      if (db) {
        ++opened;
      } else {
        ADD_FAILURE() << db.error().detail;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(opened, 4);
  EXPECT_EQ(server().psql(name_in(url), "SELECT COUNT(*) FROM schema_migrations WHERE component = 'service'"),
            "2");
}

TEST_F(Postgres, ALostConnectionFailsWhatWasAtWorkAndIsMadeAnew) {
  auto db = open();
  ASSERT_TRUE((*db)->write_status(add_note(1)));
  ASSERT_EQ(notes(**db), 1);
  cut();
  // Nothing was begun on the lost ones: nobody notices.
  EXPECT_TRUE((*db)->write_status(add_note(2)));
  EXPECT_EQ(notes(**db), 2);
  const Status status = (*db)->write_status([&](Tx& tx) -> Status {
    RESCUE_TRY(add_note(3)(tx));
    cut();
    return add_note(4)(tx);
  });
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::kUnavailable) << status.error().detail;
  EXPECT_EQ(status.error().problem, "database-unavailable");
  const Status in_doubt = (*db)->write_status([&](Tx& tx) -> Status {
    RESCUE_TRY(add_note(5)(tx));
    cut();
    return {};
  });
  EXPECT_EQ(in_doubt.error().code, ErrorCode::kUnavailable);
  EXPECT_TRUE((*db)->write_status(add_note(6)));
  EXPECT_EQ(notes(**db), 3);
}

TEST_F(Postgres, WhileItIsAwayEverybodyIsToldAtOnce) {
  auto db = open();
  ASSERT_TRUE((*db)->write_status(add_note(1)));
  server().stop();
  const auto started = std::chrono::steady_clock::now();
  for (int i = 0; i < 50; ++i) {
    EXPECT_EQ((*db)->write_status(add_note(2)).error().problem, "database-unavailable");
    EXPECT_EQ((*db)->read([](Tx& tx) { return tx.find("SELECT 1"); }).error().problem,
              "database-unavailable");
  }
  EXPECT_LT(std::chrono::steady_clock::now() - started, std::chrono::seconds(5));
  EXPECT_EQ(open().error().code, ErrorCode::kUnavailable);
  server().start();
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!(*db)->write_status(add_note(3))) {
    ASSERT_LT(std::chrono::steady_clock::now(), deadline);
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  EXPECT_EQ(notes(**db), 2);
}

TEST_F(Postgres, APeerThatHangsInItsTurnIsWaitedForOnlySoLong) {
  auto hanging = open();
  auto other = open();
  std::atomic<bool> in_turn{false};
  std::atomic<bool> done{false};
  Status lost;
  std::thread thread([&] {
    lost = (*hanging)->write_status([&](Tx& tx) -> Status {
      RESCUE_TRY(add_note(1)(tx));
      in_turn = true;
      while (!done) std::this_thread::sleep_for(std::chrono::milliseconds(10));
      return {};
    });
  });
  EXPECT_TRUE(reaches([&] { return in_turn.load(); }));
  const auto started = std::chrono::steady_clock::now();
  Status status;
  do {
    status = (*other)->write_status(add_note(2));
  } while (!status && std::chrono::steady_clock::now() - started < std::chrono::seconds(25));
  EXPECT_TRUE(status) << status.error().detail;
  done = true;
  thread.join();
  EXPECT_EQ(lost.error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(notes(**other), 1);
}

TEST_F(Postgres, AServerThatHangsIsGivenUp) {
  auto db = open();
  ASSERT_TRUE((*db)->write_status(add_note(1)));
  server().pause();
  const auto started = std::chrono::steady_clock::now();
  const Status status = (*db)->write_status(add_note(2));
  const auto waited = std::chrono::steady_clock::now() - started;
  server().resume();
  EXPECT_EQ(status.error().code, ErrorCode::kUnavailable);
  EXPECT_LT(waited, std::chrono::seconds(30));
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(15);
  while (!(*db)->write_status(add_note(3))) ASSERT_LT(std::chrono::steady_clock::now(), deadline);
  EXPECT_EQ(notes(**db), 2);
}

TEST_F(Postgres, RefusesADatabaseInAnotherEncoding) {
  server().psql("postgres", "CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0");
  const auto db = Database::open("postgresql://rescue@/latin?host=" + server().directory(), kNotes);
  ASSERT_FALSE(db);
  EXPECT_NE(db.error().detail.find("LATIN1"), std::string::npos) << db.error().detail;
}

TEST_F(Postgres, SaysWhyItCannotBeOpened) {
  const auto db = Database::open("postgresql://rescue@/nowhere?host=" + server().directory(), kNotes);
  ASSERT_FALSE(db);
  EXPECT_EQ(db.error().code, ErrorCode::kUnavailable);
  EXPECT_NE(db.error().detail.find("nowhere"), std::string::npos) << db.error().detail;
}

}  // namespace
}  // namespace rescue::store
