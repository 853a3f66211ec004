#include "rescue/seal/public_keys.hpp"

#include <gtest/gtest.h>

namespace rescue::seal {
namespace {

using std::chrono::hours;

const Timestamp kNow = *parse_rfc3339("2026-09-18T03:04:05Z");

OfferedKey key_until(Timestamp until) {
  return {KeyPair::make(kNow).public_key, until};
}

TEST(PublicKeys, OfferTheNewestAndTakeEarlierOnesForAWhile) {
  PublicKeys keys;
  const auto first = key_until(kNow + hours(1'000));
  keys.add(first, kNow);
  const auto second = key_until(kNow + hours(2'000));
  keys.add(second, kNow + hours(168));
  const auto read = PublicKeys::parse(keys.encode());
  ASSERT_TRUE(read) << read.error().detail;
  EXPECT_EQ(read->current(kNow)->key.id, second.key.id);
  EXPECT_NE(read->accepted(first.key.id, kNow + hours(167)), nullptr);
  EXPECT_EQ(read->accepted(first.key.id, kNow + hours(168)), nullptr);
  EXPECT_EQ(read->accepted("seal-0000000000000000", kNow), nullptr);
  EXPECT_EQ(read->current(kNow + hours(2'000)), nullptr) << "its time is over";
  EXPECT_EQ(PublicKeys().current(kNow), nullptr);
}

TEST(PublicKeys, RotationNeverMakesAnEarlierKeyLastLonger) {
  PublicKeys keys;
  const auto first = key_until(kNow + hours(1));
  keys.add(first, kNow);
  keys.add(key_until(kNow + hours(2'000)), kNow + hours(168));
  EXPECT_EQ(keys.accepted(first.key.id, kNow + hours(2)), nullptr);
  EXPECT_TRUE(keys.remove(first.key.id));
  EXPECT_FALSE(keys.remove(first.key.id));
  EXPECT_EQ(keys.keys().size(), 1U);
}

TEST(PublicKeys, RefuseWhatDoesNotFit) {
  PublicKeys keys;
  keys.add(key_until(kNow), kNow);
  const auto good = parse_json(keys.encode()).value();
  const auto fault = [](const Json& file) {
    const auto read = PublicKeys::parse(dump_json(file));
    return read ? "none" : read.error().pointer + " " + read.error().detail;
  };
  EXPECT_EQ(fault(good), "none");
  auto bad = good;
  bad["keys"][0]["key_id"] = "seal-0000000000000000";
  EXPECT_EQ(fault(bad), " the key id is not that of the key");
  bad = good;
  bad["keys"].push_back(good["keys"][0]);
  EXPECT_EQ(fault(bad), " a key stands twice");
  bad = good;
  bad["keys"][0]["algorithm"] = "rot13";
  EXPECT_EQ(fault(bad), "/keys/0/algorithm must be one of: crypto_box_seal");
  bad = good;
  bad["keys"][0]["secret_key"] = "x";
  EXPECT_EQ(fault(bad).substr(0, 18), "/keys/0/secret_key");
  bad = good;
  bad["keys"][0].erase("accepted_until");
  EXPECT_EQ(fault(bad), "/keys/0/accepted_until must say until when boxes to it are taken");
}

}  // namespace
}  // namespace rescue::seal
