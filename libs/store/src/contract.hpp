#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "rescue/store/database.hpp"

namespace rescue::store {

/// One back end of Database. Every one passes the same tests: those of the fixture below.
struct Backend {
  std::string name;
  /// The URL of a fresh, empty database, which goes with the test program.
  std::function<std::string()> make;
};
std::vector<Backend> backends();

inline constexpr EmbeddedFile kNotes[] = {
    {"migrations/0002_tags.sql",
     "CREATE TABLE tags (note BIGINT NOT NULL REFERENCES notes (id), tag TEXT NOT NULL CHECK (tag <> ''));"},
    {"migrations/0001_notes.sql",
     "CREATE TABLE notes (id BIGINT PRIMARY KEY, text TEXT, number BIGINT);"
     "CREATE UNIQUE INDEX notes_number ON notes (number);"}};

class Contract : public ::testing::TestWithParam<Backend> {
 protected:
  void SetUp() override {
    url = GetParam().make();
    auto opened = Database::open(url, kNotes);
    ASSERT_TRUE(opened) << opened.error().detail;
    db = std::move(*opened);
  }
  Status write(const Database::Work& work) { return db->write_status(work); }
  std::int64_t count(const std::string& table) {
    const auto row = db->read([&](Tx& tx) { return tx.find("SELECT COUNT(*) FROM " + table); });
    return row ? (*row)->integer(0) : -1;
  }
  std::string url;
  std::unique_ptr<Database> db;
};

/// Waits for a state, not for a time: false only when something is broken.
inline bool reaches(const std::function<bool()>& state) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (!state()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::yield();
  }
  return true;
}

/// A work that adds one note.
inline Database::Work add_note(std::int64_t id) {
  return [id](Tx& tx) -> Status {
    RESCUE_TRY(tx.execute("INSERT INTO notes (id) VALUES (?)", {id}));
    return {};
  };
}

}  // namespace rescue::store

/// Put this once into each file that has tests of `suite`, a class derived from Contract.
#define RESCUE_STORE_CONTRACT(suite)                                         \
  INSTANTIATE_TEST_SUITE_P(Backends, suite, ::testing::ValuesIn(backends()), \
                           [](const auto& tested) { return tested.param.name; })
