// How an attempt reaches the server: kept sealed until the attempt has ended, opened by the job alone.
#include "attempt_access.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <array>

#include "attempt_pool.hpp"
#include "messages/job_messages.hpp"
#include "testing.hpp"

namespace rescue::worker {
namespace {

using testing::dispatched;
using testing::Folder;
using testing::open_database;
using testing::Sent;

constexpr std::string_view kClear =
    R"({"address":"192.0.2.10","user":"root","password":"swordfish","sudo":"none",)"
    R"("host_key":"SHA256:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"})";

Attempt with_access(const std::string& job_id, std::int64_t attempt = 1) {
  auto out = dispatched(job_id, attempt);
  out.access = seal::SealedBox{"seal-0123456789abcdef", "box of " + job_id + std::to_string(attempt)};
  return out;
}

class AttemptAccess : public ::testing::Test {
 protected:
  void record(const Attempt& attempt) {
    ASSERT_TRUE(database_->write([&](store::Tx& tx) { return journal_.record(tx, attempt); }));
  }
  std::optional<Attempt> take() {
    return database_->write([&](store::Tx& tx) { return journal_.take(tx, 2'000'000); }).value();
  }
  std::int64_t kept() {
    return database_->read([](store::Tx& tx) { return tx.find("SELECT COUNT(*) FROM attempt_access"); })
        .value()
        ->integer(0);
  }

  Sent sent_;
  std::unique_ptr<store::Database> database_ = open_database();
  Journal journal_{"worker", sent_.sender()};
};

TEST_F(AttemptAccess, GoesWithTheAttemptThatItCameWith) {
  record(with_access("job_1"));
  record(dispatched("job_2"));
  EXPECT_EQ(take()->access, with_access("job_1").access);
  EXPECT_FALSE(take()->access);
  for (const auto& message : sent_.all()) {
    EXPECT_EQ(dump_json(message.body).find("box of"), std::string::npos);
  }
}

TEST_F(AttemptAccess, IsGoneOnceTheAttemptHasEndedHoweverItEnded) {
  record(with_access("job_1"));
  const auto taken = take().value();
  EXPECT_EQ(kept(), 1);
  ASSERT_TRUE(database_->write([&](store::Tx& tx) { return journal_.put_back(tx, taken); }));
  EXPECT_EQ(kept(), 1) << "it runs again";
  ASSERT_TRUE(take());
  ASSERT_TRUE(database_->write([&](store::Tx& tx) {
    return journal_.fail_attempt(tx, taken, {ErrorCode::kInternal, "x", "y"}, false, 3);
  }));
  EXPECT_EQ(kept(), 0) << "failed";

  record(with_access("job_2"));
  ASSERT_TRUE(database_->write([&](store::Tx& tx) { return journal_.cancel(tx, "job_2", 3); }));
  EXPECT_EQ(kept(), 0) << "cancelled";

  record(with_access("job_3"));
  ASSERT_TRUE(database_->write([&](store::Tx& tx) { return journal_.recall(tx, "job_3", 1, 3); }));
  EXPECT_EQ(kept(), 0) << "called back";

  record(with_access("job_4", 1));
  record(with_access("job_4", 2));
  EXPECT_EQ(kept(), 1) << "superseded by a later attempt";
  const auto later = take().value();
  EXPECT_EQ(later.access, with_access("job_4", 2).access);
  ASSERT_TRUE(
      database_->write([&](store::Tx& tx) { return journal_.succeed(tx, later, "abc", Json::object(), 3); }));
  EXPECT_EQ(kept(), 0) << "succeeded";

  record(with_access("job_5"));
  ASSERT_TRUE(take());
  ASSERT_TRUE(database_->write([&](store::Tx& tx) { return journal_.recover(tx, 4); }));
  EXPECT_EQ(kept(), 0) << "the worker had died";
}

/// What the kind "look" does; each test says.
std::function<Result<JobResult>(const JobContext&)> look_does;
Result<JobResult> look(const JobContext& context, const Config&) {
  return look_does(context);
}
const std::array kKinds{JobKind{.name = "look", .read = look}};

/// A pool of one thread whose jobs look at their access.
class OpenedAccess : public ::testing::Test {
 protected:
  OpenedAccess() {
    config_.sealing_keyring = folder_.path("keyring");
    config_.outside.allow = net::Networks::parse({"192.0.2.0/24"}).value();
    look_does = [](const JobContext& context) -> Result<JobResult> {
      if (context.access == nullptr) return fail(ErrorCode::kInvalid, "x", "no access");
      RESCUE_ASSIGN(const auto access, context.access->open());
      return fail(ErrorCode::kInvalid, "x", access.password.view() == "swordfish" ? "opened" : "wrong");
    };
    keep(ring_);
    pool_.start();
  }
  ~OpenedAccess() override { pool_.stop(); }

  static seal::Keyring ring_with(std::size_t keys) {
    seal::Keyring out;
    for (std::size_t i = 0; i < keys; ++i) EXPECT_TRUE(out.add(seal::KeyPair::make(Timestamp())));
    return out;
  }
  void keep(const seal::Keyring& ring) {
    ::chmod(folder_.write("keyring", std::string(ring.encode().view())).c_str(), 0600);
  }
  Json run(const std::string& job_id, const Json& access) {
    Message message;
    message.incident_id = "inc_1";
    message.traceparent = Trace::start().traceparent();
    message.body = {
        {"job_id", job_id}, {"kind", "look"}, {"attempt", 1}, {"lease_s", 60}, {"server_id", "s"}};
    message.body["outside"] = outside_;
    if (!access.is_null()) message.body["access"] = access;
    EXPECT_TRUE(database_->write([&](store::Tx& tx) { return messages_.on_dispatched(tx, message); }));
    return sent_.wait_for("job.finished", job_id)["failure"];
  }
  static Json sealed_to(const seal::PublicKey& key) {
    const auto box = seal::seal_to(key, kClear);
    return {{"key_id", box.key_id}, {"sealed", box.sealed}};
  }

  Folder folder_;
  Json outside_{{"addresses", {"192.0.2.10"}}, {"complaints", Json::array()}};
  seal::Keyring ring_ = ring_with(2);
  Config config_;
  SystemClock clock_;
  telemetry::Metrics metrics_;
  UniqueFd log_file_{::open(folder_.path("log").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600)};
  log::Logger log_{{.service = "worker", .fd = log_file_.get(), .minimum = log::Level::kDebug}, clock_};
  Sent sent_;
  std::unique_ptr<store::Database> database_ = open_database();
  Journal journal_{"worker", sent_.sender()};
  std::unique_ptr<EvidenceStore> evidence_ = EvidenceStore::open(folder_.path("evidence")).value();
  JobSurroundings surroundings_{config_, *evidence_, kKinds};
  AttemptPool pool_{{*database_, journal_, surroundings_, log_, metrics_, clock_}, 1};
  JobMessages messages_{journal_, pool_, clock_};
};

TEST_F(OpenedAccess, IsReadByTheJobThatRunsAlsoWhereTheKeyWasChangedSince) {
  EXPECT_EQ(run("job_1", nullptr)["detail"], "no access");
  for (const auto& key : ring_.keys()) {
    EXPECT_EQ(run("job_" + key.public_key.id, sealed_to(key.public_key))["detail"], "opened");
  }
  EXPECT_EQ(testing::read_file(folder_.path("log")).find("swordfish"), std::string::npos);
}

TEST_F(OpenedAccess, LeadsToTheServerUnderContractAndNowhereElse) {
  const auto box = sealed_to(ring_.keys().front().public_key);
  config_.outside.allow = {};
  const auto refused = run("job_1", box);
  EXPECT_EQ(refused["problem"], "access-elsewhere") << "it is not public";
  EXPECT_EQ(refused["detail"].get<std::string>().find("192.0.2.10"), std::string::npos);
}

TEST_F(OpenedAccess, LeadsNowhereElseAlsoWhereTheReportIsTooOldToLookAtItsAddresses) {
  const auto box = sealed_to(ring_.keys().front().public_key);
  outside_["addresses"] = Json::array();
  outside_["contract_addresses"] = {"192.0.2.10"};
  EXPECT_EQ(run("job_1", box)["detail"], "opened");
  outside_["addresses"] = {"192.0.2.10"};
  outside_["contract_addresses"] = {"192.0.2.11"};
  EXPECT_EQ(run("job_2", box)["problem"], "access-elsewhere");
}

TEST(AccessPlaces, AreTheAddressesOfTheContractOnThePublicInternetAndWhatIsAllowed) {
  const AccessPlaces places{{"8.8.4.4", "2606:4700::6400", "10.0.0.7", "10.20.3.4"},
                            net::Networks::parse({"10.20.0.0/16"}).value()};
  for (const auto* good : {"8.8.4.4", "2606:4700:0::6400", "::ffff:8.8.4.4", "10.20.3.4"}) {
    EXPECT_TRUE(places.check(good)) << good;
  }
  for (const auto* bad :
       {"8.8.8.8", "10.0.0.7", "127.0.0.1", "169.254.169.254", "::1", "10.21.0.1", "10.20.3.5", "www", ""}) {
    EXPECT_EQ(places.check(bad).error().problem, "access-elsewhere") << bad;
  }
}

TEST(AccessPlaces, WithoutAnAddressOfTheContractAreNoneUnlessThatIsAllowed) {
  AccessPlaces unknown{{}, net::Networks::parse({"10.20.0.0/16"}).value()};
  EXPECT_EQ(unknown.check("8.8.8.8").error().problem, "access-address-unknown");
  unknown.unknown_allowed = true;
  EXPECT_TRUE(unknown.check("8.8.8.8"));
  for (const auto* bad : {"192.168.0.1", "0.0.0.0", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::"}) {
    EXPECT_EQ(unknown.check(bad).error().problem, "access-elsewhere") << bad;
  }
  EXPECT_FALSE(unknown.check("10.20.3.4")) << "of a network within, only what is known to be the server's";
}

TEST_F(OpenedAccess, LeadsNowhereWhereTheContractNamesNoAddress) {
  const auto box = sealed_to(ring_.keys().front().public_key);
  outside_["contract_addresses"] = Json::array();
  EXPECT_EQ(run("job_1", box)["problem"], "access-address-unknown");
  outside_ = {{"addresses", Json::array()}, {"complaints", Json::array()}};
  EXPECT_EQ(run("job_2", box)["problem"], "access-address-unknown") << "of a workflow that tells one list";
}

TEST_F(OpenedAccess, R6_LeadsNowhereOnceTheContractIsOverOrWhatWasToldIsOld) {
  const auto box = sealed_to(ring_.keys().front().public_key);
  outside_["contract"] = "over";
  EXPECT_EQ(run("job_1", box)["problem"], "contract-over");
  outside_["contract"] = "theirs";
  outside_["given_us"] = to_us(clock_.now() - std::chrono::hours(25));
  const auto old = run("job_2", box);
  EXPECT_EQ(old["problem"], "addresses-old");
  EXPECT_EQ(old["code"], "unavailable") << "the next attempt is told anew";
  outside_["given_us"] = to_us(clock_.now() - std::chrono::hours(23));
  EXPECT_EQ(run("job_3", box)["detail"], "opened");
}

TEST_F(AttemptAccess, AnAttemptThatIsSentAgainRunsByWhatIsSaidOfItsServerThen) {
  auto attempt = with_access("job_1");
  attempt.outside = {{"contract_addresses", {"192.0.2.10"}}};
  record(attempt);
  attempt.outside = {{"contract_addresses", {"192.0.2.11"}}};
  record(attempt);
  const auto taken = take().value();
  EXPECT_EQ(taken.outside, attempt.outside);
  EXPECT_EQ(taken.access, attempt.access);
  attempt.outside = {{"contract_addresses", {"192.0.2.12"}}};
  record(attempt);
  EXPECT_EQ(
      database_->read([&](store::Tx& tx) { return Journal::list(tx, "job_1", 0, 1); }).value().at(0).outside,
      taken.outside)
      << "it runs";
}

TEST_F(OpenedAccess, SaysClearlyWhyItCannotBeOpened) {
  const auto box = sealed_to(ring_.keys().back().public_key);
  auto damaged = box;
  damaged["sealed"] = box["sealed"].get<std::string>().replace(20, 4, "AAAA");
  EXPECT_EQ(run("job_1", damaged)["problem"], "access-not-readable");
  keep(ring_with(1));
  EXPECT_EQ(run("job_2", box)["problem"], "access-key-unknown");
  ::chmod(config_.sealing_keyring.c_str(), 0644);
  EXPECT_EQ(run("job_3", box)["problem"], "bad-key-file");
  std::filesystem::remove(config_.sealing_keyring);
  EXPECT_EQ(run("job_4", box)["problem"], "sealing-keys-unavailable");
}

}  // namespace
}  // namespace rescue::worker
