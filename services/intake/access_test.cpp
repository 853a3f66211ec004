// Access to running servers at the door: sealed, or refused without a word of it.
#include "access.hpp"

#include <filesystem>
#include <fstream>

#include "rescue/base/base64.hpp"
#include "rescue/base/sha256.hpp"
#include "rescue/incident/messages.hpp"
#include "rescue/seal/handed_access.hpp"
#include "rescue/seal/sealed_box.hpp"
#include "rescue/service/sealing_keys.hpp"
#include "testing.hpp"

namespace rescue::intake {
namespace {

namespace messages = incident::messages;

const std::string kIncident = "inc_01j9z3k4m5n6p7q8r9s0t1v2w3";
const std::string kAccess = "/v1/incidents/" + kIncident + "/access";
const std::string kOrders = "/v1/incidents/" + kIncident + "/orders";
const Timestamp kNow = *parse_rfc3339("2026-09-18T03:00:00Z");
constexpr std::chrono::milliseconds kShortWait{20};

std::string fault(const Json& access) {
  static const auto keys = seal::PublicKeys::load(kSealingKeys).value();
  const auto checked = seal::check_access(access, keys, kNow);
  if (checked) return "none";
  EXPECT_EQ(checked.error().detail.find("swordfish"), std::string::npos);
  return checked.error().problem + " " + checked.error().pointer;
}

TEST(Access, IsABoxToAKeyThatIsInForce) {
  const auto access = example("access").at("access");
  EXPECT_EQ(fault(access), "none");
  auto other = access;
  other["key_id"] = "seal-0123456789abcdef";
  EXPECT_EQ(fault(other), "access-key-unknown /access/key_id");
  const auto keys = seal::PublicKeys::load(kSealingKeys).value();
  const auto late = seal::check_access(access, keys, *parse_rfc3339("2027-10-23T00:00:00Z"));
  EXPECT_EQ(late.error().problem, "access-key-unknown") << "its time is over";
  other["sealed"] = "c2hvcnQ=";
  EXPECT_EQ(fault(other), "access-in-clear-text /access/sealed");
  other["sealed"] = encode_base64(std::string(40, '\xfe'));
  EXPECT_EQ(fault(other), "not-a-sealed-box /access/sealed");
  EXPECT_EQ(fault("box"), "wrong-type /access");
  EXPECT_EQ(fault(Json::object()), "missing-field /access/key_id");
  other = access;
  other["colour"] = "red";
  EXPECT_EQ(fault(other), "unknown-field /access/colour");
}

TEST(Access, ClearTextIsCalledByItsName) {
  const auto access = example("access").at("access");
  for (const auto* field :
       {"password", "private_key", "user", "address", "host_key", "sudo_password", "port"}) {
    auto clear = access;
    clear[field] = "swordfish";
    EXPECT_EQ(fault(clear), "access-in-clear-text /access") << field;
    EXPECT_EQ(fault({{field, "swordfish"}}), "access-in-clear-text /access") << field;
    EXPECT_EQ(fault({{"key_id", "x"}, {"sealed", {{"ssh", {{{field, "swordfish"}}}}}}}),
              "access-in-clear-text /access")
        << field;
  }
  const std::string json = R"({"address":"192.0.2.1","user":"root","password":"swordfish"})";
  const std::string pem = "-----BEGIN RSA PRIVATE KEY-----\nswordfish\n-----END RSA PRIVATE KEY-----\n";
  for (const auto& text : {json, pem, json + std::string(100'000, ' ')}) {
    for (const auto& sealed : {text, encode_base64(text)}) {
      auto clear = access;
      clear["sealed"] = sealed;
      EXPECT_EQ(fault(clear), "access-in-clear-text /access/sealed");
    }
  }
}

TEST(Access, TheRawRequestIsKeptWithoutTheBox) {
  RunningIntake intake(contract::absent_redis(), kShortWait);
  auto order = example("order");
  order["access"] = example("access").at("access");
  const std::string sealed = order["access"]["sealed"];
  for (const auto& [path, body] :
       std::map<std::string, Json>{{kOrders, order}, {kAccess, example("access")}}) {
    ASSERT_EQ(intake.slow_door("web_form").post(path, body).status, 202);
    const auto stored = intake.row("SELECT raw_body, raw_sha256 FROM requests WHERE kind = '" +
                                   std::string(path == kOrders ? "order" : "access") + "'");
    auto kept = body;
    kept["access"] = {{"key_id", order["access"]["key_id"]}, {"sealed_sha256", sha256_hex(sealed)}};
    EXPECT_EQ(*parse_json(stored.text(0)), kept);
    EXPECT_EQ(stored.text(1), sha256_hex(dump_json(body))) << "of the request as it came";
    EXPECT_EQ(intake.row("SELECT COUNT(*) FROM outbox WHERE encoded LIKE '%" + sealed.substr(0, 40) + "%'")
                  .integer(0),
              1);
    ASSERT_TRUE(intake.database().write([](store::Tx& tx) { return tx.execute("DELETE FROM outbox", {}); }));
  }
}

TEST(Access, WhatIsRefusedLeavesNothing) {
  RunningIntake intake(contract::absent_redis(), kShortWait);
  auto order = example("order");
  order["access"] = {{"user", "root"}, {"password", "swordfish"}};
  const auto clear = intake.slow_door("web_form").post(kOrders, order);
  EXPECT_EQ(clear.status, 422);
  EXPECT_EQ(clear.problem(), "access-in-clear-text");
  EXPECT_EQ(dump_json(clear.body).find("swordfish"), std::string::npos);
  order["access"] = example("access").at("access");
  order["access"]["key_id"] = "seal-0123456789abcdef";
  const auto unknown = intake.slow_door("web_form").post(kOrders, order);
  EXPECT_EQ(unknown.status, 422);
  EXPECT_EQ(unknown.problem(), "access-key-unknown");
  EXPECT_EQ(intake.row("SELECT COUNT(*) FROM requests").integer(0), 0);
  EXPECT_EQ(intake.row("SELECT COUNT(*) FROM outbox").integer(0), 0);
  EXPECT_EQ(intake.row("SELECT COUNT(*) FROM idempotency").integer(0), 0);
}

TEST(Access, R24_OnlyTheWebFormHandsItIn) {
  RunningIntake intake(contract::absent_redis(), kShortWait);
  for (const auto* caller : {"operator", "internal", "reporter"}) {
    EXPECT_EQ(intake.slow_door(caller).post(kAccess, example("access")).problem(), "role-not-allowed");
  }
}

TEST(SealingKey, IsShownToTheWebFormAndToThoseWhoHandAccessInForAnUndo) {
  RunningIntake intake(contract::absent_redis(), kShortWait);
  for (const auto* caller : {"web_form", "internal", "operator"}) {
    const auto answer = intake.door(caller).get("/v1/sealing-key");
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, example("sealing-key"));
  }
  EXPECT_EQ(intake.door("reporter").get("/v1/sealing-key").status, 403);
}

TEST(SealingKey, IsReadAgainWhenTheFileChangesAndABrokenFileChangesNothing) {
  const contract::ServiceRoom room;
  const auto path = room.path() + "/sealing.json";
  service::SealingKeys keys(path);
  EXPECT_EQ(keys.current()->current(kNow), nullptr);
  EXPECT_EQ(keys.trouble(kNow), "sealing.public_keys: cannot read " + path);
  std::filesystem::copy_file(kSealingKeys, path);
  ASSERT_NE(keys.current()->current(kNow), nullptr);
  EXPECT_EQ(keys.trouble(kNow), std::nullopt);
  std::ofstream(path) << "{";
  EXPECT_NE(keys.current()->current(kNow), nullptr);
  EXPECT_NE(keys.trouble(kNow), std::nullopt);
  std::ofstream(path) << R"({"keys": []})";
  EXPECT_EQ(keys.current()->current(kNow), nullptr);
  EXPECT_EQ(service::SealingKeys("").trouble(kNow), std::nullopt) << "not set up";
}

TEST(SealingKey, ShowsWhenItEndsAndWhichKeysAreTaken) {
  RunningIntake intake(contract::absent_redis(), kShortWait);
  const std::string id = example("sealing-key").at("key_id");
  const auto text = intake.metrics();
  EXPECT_NE(text.find("rescue_sealing_key_offered{key_id=\"" + id + "\"} 1\n"), std::string::npos);
  const auto until = *parse_rfc3339(example("sealing-key").at("accepted_until").get<std::string>());
  const std::string name = "\nrescue_sealing_key_until_timestamp_seconds ";
  const auto at = text.find(name);
  ASSERT_NE(at, std::string::npos);
  EXPECT_EQ(std::stod(text.substr(at + name.size())), static_cast<double>(to_us(until)) / 1e6);
  EXPECT_NE(text.find("rescue_annex_broken{annex=\"sealing\"} 0\n"), std::string::npos);
}

TEST(SealingKey, WarnsBeforeItsTimeIsOver) {
  service::SealingKeys keys(kSealingKeys);
  EXPECT_EQ(keys.trouble(*parse_rfc3339("2027-09-22T00:00:00Z")), std::nullopt);
  EXPECT_NE(keys.trouble(*parse_rfc3339("2027-09-24T00:00:00Z")), std::nullopt);
  EXPECT_NE(keys.trouble(*parse_rfc3339("2027-11-01T00:00:00Z")), std::nullopt);
}

}  // namespace
}  // namespace rescue::intake
