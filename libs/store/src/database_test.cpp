#include "rescue/store/database.hpp"

#include <atomic>
#include <thread>

#include "contract.hpp"

namespace rescue::store {
namespace {

class DatabaseContract : public Contract {};
RESCUE_STORE_CONTRACT(DatabaseContract);

TEST_P(DatabaseContract, KeepsTextsNumbersAndNulls) {
  const std::string bytes("a\0b\xff'\"", 6);
  ASSERT_TRUE(write([&](Tx& tx) -> Status {
    RESCUE_TRY(tx.execute("INSERT INTO notes (id, text, number) VALUES (?, ?, ?)", {1, bytes, INT64_MIN}));
    RESCUE_TRY(tx.execute("INSERT INTO notes (id, text, number) VALUES (?, ?, ?)",
                          {2, maybe(std::optional<std::string>()), maybe(std::optional<std::int64_t>(0))}));
    return {};
  }));
  const auto rows = db->read([](Tx& tx) { return tx.query("SELECT text, number FROM notes ORDER BY id"); });
  ASSERT_TRUE(rows) << rows.error().detail;
  EXPECT_EQ(rows->at(0).text(0), bytes);
  EXPECT_EQ(rows->at(0).integer(1), INT64_MIN);
  EXPECT_TRUE(rows->at(1).is_null(0));
  EXPECT_EQ(rows->at(1).text(0), "");
  EXPECT_EQ(rows->at(1).optional_text(0), std::nullopt);
  EXPECT_EQ(rows->at(1).optional_integer(1), 0);
}

TEST_P(DatabaseContract, SqlInAParameterIsOnlyText) {
  const std::string evil = "'); DROP TABLE notes; --";
  ASSERT_TRUE(write([&](Tx& tx) -> Status {
    RESCUE_TRY(tx.execute("INSERT INTO notes (id, text) VALUES (?, ?)", {1, evil}));
    return {};
  }));
  const auto row = db->read([](Tx& tx) { return tx.find("SELECT text FROM notes"); });
  EXPECT_EQ((*row)->text(0), evil);
}

TEST_P(DatabaseContract, SaysHowManyRowsChanged) {
  const auto changed = db->write([](Tx& tx) -> Result<std::vector<std::int64_t>> {
    std::vector<std::int64_t> out;
    for (const auto* sql :
         {"INSERT INTO notes (id, number) VALUES (1, 1), (2, 2)", "UPDATE notes SET text = 'x' WHERE id = 9",
          "UPDATE notes SET text = 'x'", "INSERT INTO notes (id) VALUES (1) ON CONFLICT DO NOTHING",
          "DELETE FROM notes WHERE id = 1"}) {
      RESCUE_ASSIGN(const std::int64_t rows, tx.execute(sql));
      out.push_back(rows);
    }
    return out;
  });
  ASSERT_TRUE(changed) << changed.error().detail;
  EXPECT_EQ(*changed, (std::vector<std::int64_t>{2, 0, 2, 0, 1}));
}

TEST_P(DatabaseContract, AnErrorRollsBackAndIsReturned) {
  const auto result = db->write([](Tx& tx) -> Result<int> {
    RESCUE_TRY(tx.execute("INSERT INTO notes (id) VALUES (1)"));
    return fail(ErrorCode::kConflict, "version-conflict", "changed meanwhile");
  });
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().problem, "version-conflict");
  EXPECT_EQ(count("notes"), 0);
}

TEST_P(DatabaseContract, AnExceptionRollsBackAndIsRethrown) {
  EXPECT_THROW(
      {
        const auto status = write([](Tx& tx) -> Status {
          RESCUE_TRY(tx.execute("INSERT INTO notes (id) VALUES (1)"));
          throw std::runtime_error("bug");
        });
        (void)status;
      },
      std::runtime_error);
  EXPECT_EQ(count("notes"), 0);
  EXPECT_TRUE(write(add_note(1)));
}

TEST_P(DatabaseContract, RepeatedKeysAreAConflict) {
  ASSERT_TRUE(write([](Tx& tx) -> Status {
    RESCUE_TRY(tx.execute("INSERT INTO notes (id, number) VALUES (1, 7)"));
    return {};
  }));
  for (const auto* sql :
       {"INSERT INTO notes (id) VALUES (1)", "INSERT INTO notes (id, number) VALUES (2, 7)"}) {
    const Status status = write([&](Tx& tx) -> Status {
      RESCUE_TRY(tx.execute(sql));
      return {};
    });
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code, ErrorCode::kConflict);
    EXPECT_EQ(status.error().problem, "unique-violation");
  }
}

TEST_P(DatabaseContract, OtherBrokenRulesAreBugs) {
  for (const auto* sql :
       {"INSERT INTO tags (note, tag) VALUES (9, 'x')", "INSERT INTO tags (note) VALUES (1)",
        "INSERT INTO tags (note, tag) VALUES (1, '')", "SELEKT", "SELECT 1; SELECT 2", "", "SELECT ?"}) {
    const Status status = write([&](Tx& tx) -> Status {
      RESCUE_TRY(tx.execute("INSERT INTO notes (id) VALUES (1)"));
      RESCUE_TRY(tx.execute(sql));
      return {};
    });
    ASSERT_FALSE(status) << sql;
    EXPECT_EQ(status.error().code, ErrorCode::kInternal) << sql;
  }
  EXPECT_EQ(count("notes"), 0);
}

TEST_P(DatabaseContract, AReaderSeesOneStateAllAlong) {
  ASSERT_TRUE(write(add_note(1)));
  const auto seen = db->read([&](Tx& tx) -> Result<std::pair<std::int64_t, std::int64_t>> {
    RESCUE_ASSIGN(const auto before, tx.find("SELECT COUNT(*) FROM notes"));
    RESCUE_TRY(write(add_note(2)));
    RESCUE_ASSIGN(const auto after, tx.find("SELECT COUNT(*) FROM notes"));
    return std::pair(before->integer(0), after->integer(0));
  });
  ASSERT_TRUE(seen) << seen.error().detail;
  EXPECT_EQ(*seen, std::pair(std::int64_t{1}, std::int64_t{1}));
  EXPECT_EQ(count("notes"), 2);
}

TEST_P(DatabaseContract, AReaderCannotWrite) {
  const Status status = db->read_status([](Tx& tx) -> Status {
    RESCUE_TRY(tx.execute("INSERT INTO notes (id) VALUES (1)"));
    return {};
  });
  EXPECT_FALSE(status);
  EXPECT_EQ(count("notes"), 0);
}

TEST_P(DatabaseContract, AReadersExceptionLeavesTheDatabaseUsable) {
  for (int i = 0; i < 20; ++i) {
    EXPECT_THROW(
        {
          const auto status = db->read_status([](Tx& tx) -> Status {
            RESCUE_TRY(tx.query("SELECT * FROM notes"));
            throw std::runtime_error("bug");
          });
          (void)status;
        },
        std::runtime_error);
  }
  EXPECT_TRUE(write(add_note(1)));
  EXPECT_EQ(count("notes"), 1);
}

TEST_P(DatabaseContract, ActionsRunAfterTheCommitOnly) {
  std::vector<int> ran;
  ASSERT_TRUE(write([&](Tx& tx) -> Status {
    tx.after_commit([&] {
      ran.push_back(1);
      ran.push_back(static_cast<int>(count("notes")));
    });
    return add_note(1)(tx);
  }));
  EXPECT_EQ(ran, (std::vector<int>{1, 1}));
  EXPECT_FALSE(write([&](Tx& tx) -> Status {
    tx.after_commit([&] { ran.push_back(2); });
    return add_note(1)(tx);
  }));
  EXPECT_EQ(ran.size(), 2U);
}

TEST_P(DatabaseContract, EachOfSeveralWorksStandsAlone) {
  const std::vector<Database::Work> works{add_note(1), add_note(1), [](Tx&) -> Status { throw 1; },
                                          add_note(2)};
  const auto statuses = db->write_each(works);
  ASSERT_EQ(statuses.size(), 4U);
  EXPECT_TRUE(statuses[0]);
  EXPECT_EQ(statuses[1].error().problem, "unique-violation");
  EXPECT_EQ(statuses[2].error().problem, "exception");
  EXPECT_TRUE(statuses[3]);
  EXPECT_EQ(count("notes"), 2);
  EXPECT_TRUE(db->write_each({}).empty());
}

TEST_P(DatabaseContract, WhatNobodyWaitsForSharesTheCommitOfAnotherWrite) {
  EXPECT_TRUE(db->write_along(add_note(1)));
  EXPECT_EQ(count("notes"), 1);
  EXPECT_EQ(db->write_along(add_note(1)).error().problem, "unique-violation");
  // Called first, it runs second, and both are committed together: unless its thread was held up.
  bool together = false;
  std::int64_t id = 2;
  for (int tries = 0; tries < 1'000 && !together; ++tries) {
    std::atomic<bool> calling{false};
    std::atomic<bool> ran{false};
    std::thread along([&, own = id++] {
      calling = true;
      EXPECT_TRUE(db->write_along([&](Tx& tx) {
        ran = true;
        return add_note(own)(tx);
      }));
    });
    while (!calling) std::this_thread::yield();
    bool second = false;
    EXPECT_TRUE(write([&](Tx& tx) {
      second = !ran;
      tx.after_commit([&] { together = second && ran; });
      return add_note(id++)(tx);
    }));
    along.join();
  }
  EXPECT_TRUE(together);
  EXPECT_EQ(count("notes"), id - 1);
}

TEST_P(DatabaseContract, AWriteInsideAWriteIsRefused) {
  Status inner;
  EXPECT_TRUE(write([&](Tx&) -> Status {
    inner = write(add_note(1));
    return {};
  }));
  ASSERT_FALSE(inner);
  EXPECT_EQ(inner.error().problem, "nested-write");
  EXPECT_EQ(count("notes"), 0);
}

TEST_P(DatabaseContract, AWorkThatEndsTheTransactionHarmsOnlyItself) {
  EXPECT_FALSE(write([](Tx& tx) -> Status {
    RESCUE_TRY(add_note(1)(tx));
    RESCUE_TRY(tx.execute("ROLLBACK"));
    return {};
  }));
  EXPECT_TRUE(write(add_note(2)));
  EXPECT_EQ(count("notes"), 1);
}

TEST_P(DatabaseContract, AnOverlookedFailureFailsTheWork) {
  EXPECT_TRUE(write(add_note(1)));
  const Status status = write([](Tx& tx) -> Status {
    RESCUE_TRY(add_note(2)(tx));
    (void)add_note(1)(tx);
    return {};
  });
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().problem, "unique-violation");
  EXPECT_EQ(count("notes"), 1);
}

TEST_P(DatabaseContract, AFailedAttemptTakesBackOnlyItself) {
  std::vector<int> ran;
  Status inner;
  Result<int> refused = 0;
  ASSERT_TRUE(write([&](Tx& tx) -> Status {
    RESCUE_TRY(add_note(1)(tx));
    inner = tx.attempt([&](Tx& part) -> Status {
      part.after_commit([&] { ran.push_back(1); });
      RESCUE_TRY(add_note(2)(part));
      return add_note(1)(part);
    });
    refused = tx.attempt([&](Tx& part) -> Result<int> {
      RESCUE_TRY(add_note(3)(part));
      RESCUE_TRY(part.attempt([](Tx& deeper) -> Status { return add_note(4)(deeper); }));
      return fail(ErrorCode::kConflict, "version-conflict", "");
    });
    tx.after_commit([&] { ran.push_back(2); });
    return add_note(5)(tx);
  }));
  EXPECT_EQ(inner.error().problem, "unique-violation");
  EXPECT_EQ(refused.error().problem, "version-conflict");
  EXPECT_EQ(ran, std::vector<int>{2});
  EXPECT_EQ(count("notes"), 2);
}

TEST_P(DatabaseContract, ASuccessfulAttemptBelongsToItsTransaction) {
  const auto add = [](Tx& tx, std::int64_t id) {
    return tx.attempt([&](Tx& part) -> Result<std::int64_t> {
      RESCUE_TRY(add_note(id)(part));
      RESCUE_TRY(part.attempt([&](Tx& deeper) -> Status { return add_note(id + 1)(deeper); }));
      (void)part.attempt([&](Tx& deeper) -> Status { return add_note(id + 1)(deeper); });
      return id;
    });
  };
  EXPECT_FALSE(write([&](Tx& tx) -> Status {
    RESCUE_TRY(add(tx, 1));
    return fail(ErrorCode::kConflict, "version-conflict", "");
  }));
  EXPECT_EQ(count("notes"), 0);
  EXPECT_EQ(db->write([&](Tx& tx) { return add(tx, 1); }), 1);
  EXPECT_EQ(count("notes"), 2);
}

TEST_P(DatabaseContract, TextsOfAnyBytesAreKeysLikeOthers) {
  const std::vector<std::string> texts{
      "",     "?",        "日本語",       "\x01hex:",         "\x01hex:00", std::string("\0", 1),
      "\xff", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe3\x81",   "\xf0\x9f\x98\x80",
      "\\x",  "'"};
  for (std::size_t i = 0; i < texts.size(); ++i) {
    ASSERT_TRUE(write([&](Tx& tx) -> Status {
      RESCUE_TRY(
          tx.execute("INSERT INTO notes (id, text) VALUES (?, ?)", {static_cast<std::int64_t>(i), texts[i]}));
      return {};
    }));
  }
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const auto rows = db->read([&](Tx& tx) {
      return tx.query("SELECT id, text, '?' FROM notes WHERE text = ? -- what?", {texts[i]});
    });
    ASSERT_TRUE(rows) << rows.error().detail;
    ASSERT_EQ(rows->size(), 1U);
    EXPECT_EQ(rows->at(0).integer(0), static_cast<std::int64_t>(i));
    EXPECT_EQ(rows->at(0).text(1), texts[i]);
    EXPECT_EQ(rows->at(0).text(2), "?");
  }
}

TEST_P(DatabaseContract, SumsAndTruthsAreIntegers) {
  ASSERT_TRUE(write([](Tx& tx) -> Status {
    RESCUE_TRY(tx.execute("INSERT INTO notes (id, number) VALUES (1, 40), (2, 2)"));
    return {};
  }));
  const auto row = db->read([](Tx& tx) {
    return tx.find("SELECT SUM(number), MAX(number) > 3, EXISTS (SELECT 1 FROM tags) FROM notes");
  });
  ASSERT_TRUE(row) << row.error().detail;
  EXPECT_EQ((*row)->integer(0), 42);
  EXPECT_EQ((*row)->integer(1), 1);
  EXPECT_EQ((*row)->integer(2), 0);
}

TEST_P(DatabaseContract, KeepsItsContentOverAReopen) {
  ASSERT_TRUE(write(add_note(1)));
  db.reset();
  auto again = Database::open(url, kNotes);
  ASSERT_TRUE(again) << again.error().detail;
  db = std::move(*again);
  EXPECT_EQ(count("notes"), 1);
}

TEST_P(DatabaseContract, ManyThreadsWriteAndReadWithoutLosingAnything) {
  constexpr int kThreads = 16;
  constexpr int kWrites = 50;
  std::atomic<int> refused{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kWrites; ++i) {
        // Every fifth is a key that a neighbour may take first; exactly one of the two gets it.
        const std::int64_t id = i % 5 == 0 ? 1'000'000 + (t / 2) * kWrites + i : t * kWrites + i;
        if (!write(add_note(id))) ++refused;
        const auto seen = db->read([&](Tx& tx) { return tx.find("SELECT 1 FROM notes WHERE id = ?", {id}); });
        EXPECT_TRUE(seen && *seen);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(refused, kThreads / 2 * kWrites / 5);
  EXPECT_EQ(count("notes"), kThreads * kWrites - refused);
}

}  // namespace
}  // namespace rescue::store
