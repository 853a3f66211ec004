#include "commit_queue.hpp"

#include <gtest/gtest.h>

#include <array>

namespace rescue::store {
namespace {

/// A back end that knows every key, and cannot take a savepoint back: for want of memory, or because the
/// transaction is `lost`.
class Stubborn final : public Connection {
 public:
  Stubborn(std::vector<std::string>& done, bool lost) : done_(done), lost_(lost) {}
  Result<std::vector<Row>> query(std::string_view, std::initializer_list<Value>) override { return {}; }
  Result<std::int64_t> execute(std::string_view, std::initializer_list<Value>) override {
    return failed({ErrorCode::kConflict, "unique-violation", "a key"});
  }
  Status script(const std::string&) override { return {}; }
  Status begin() override {
    open_ = true;
    return {};
  }
  Status commit() override { return end("commit"); }
  void rollback() override { (void)end("rollback"); }
  Status savepoint(const std::string&) override { return {}; }
  Status release(const std::string&) override { return {}; }
  Status rollback_to(const std::string&) override {
    if (lost_) open_ = false;
    return failed({ErrorCode::kUnavailable, "database-unavailable", "no memory"});
  }
  bool in_transaction() const override { return open_; }

 private:
  Status end(const char* how) {
    open_ = false;
    done_.emplace_back(how);
    return {};
  }
  std::vector<std::string>& done_;
  bool lost_;
  bool open_ = false;
};

Status well(Tx&) {
  return {};
}

Status meets_a_key(Tx& tx) {
  RESCUE_TRY(tx.execute("INSERT"));
  return {};
}

/// What is told of a work that was well, in one commit with one that cannot be taken back.
std::string told(std::vector<std::string>& done, bool lost) {
  CommitQueue queue(std::make_unique<Stubborn>(done, lost));
  const std::array<Database::Work, 2> works{well, meets_a_key};
  const auto outcomes = queue.run(works);
  EXPECT_EQ(outcomes[1].status.error().problem, "unique-violation");
  return outcomes[0].status ? "" : outcomes[0].status.error().problem;
}

TEST(CommitQueueTest, NothingIsCommittedBesideAWorkThatCannotBeTakenBack) {
  std::vector<std::string> done;
  EXPECT_EQ(told(done, false), "database-unavailable");
  EXPECT_EQ(done, std::vector<std::string>{"rollback"});
}

TEST(CommitQueueTest, NobodyIsToldAnothersFaultWhenTheTransactionIsLost) {
  std::vector<std::string> done;
  EXPECT_EQ(told(done, true), "database-unavailable");
  EXPECT_TRUE(done.empty());
}

}  // namespace
}  // namespace rescue::store
