#include "rescue/seal/sealed_box.hpp"

#include <gtest/gtest.h>

#include "rescue/base/base64.hpp"

namespace rescue::seal {
namespace {

Keyring ring_of(std::size_t keys) {
  Keyring out;
  for (std::size_t i = 0; i < keys; ++i) EXPECT_TRUE(out.add(KeyPair::make(Timestamp())));
  return out;
}

std::string form_fault(const SealedBox& box) {
  const auto checked = check_form(box);
  return checked ? "none" : checked.error().problem + " " + checked.error().pointer;
}

TEST(SealedBox, OpensWithTheKeyItWasSealedToAlsoAnEarlierOne) {
  const auto ring = ring_of(3);
  for (const auto& key : ring.keys()) {
    const auto box = seal_to(key.public_key, "hello");
    EXPECT_EQ(form_fault(box), "none");
    const auto opened = open_box(ring, box);
    ASSERT_TRUE(opened);
    EXPECT_EQ(opened->view(), "hello");
  }
}

TEST(SealedBox, OneKeyOpensNothingOfAnother) {
  const auto ring = ring_of(2);
  auto box = seal_to(ring.keys()[0].public_key, "hello");
  EXPECT_EQ(open_box(ring_of(1), box).error().problem, "access-key-unknown");
  box.key_id = ring.keys()[1].public_key.id;
  EXPECT_EQ(open_box(ring, box).error().problem, "access-not-readable");
}

TEST(SealedBox, ChangedOrCutOnesDoNotOpen) {
  const auto ring = ring_of(1);
  const auto box = seal_to(ring.keys()[0].public_key, "hello, world");
  const auto bytes = decode_base64(box.sealed).value();
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    auto changed = bytes;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_FALSE(open_box(ring, {box.key_id, encode_base64(changed)})) << i;
    EXPECT_FALSE(open_box(ring, {box.key_id, encode_base64(bytes.substr(0, i))})) << i;
  }
  EXPECT_FALSE(open_box(ring, {box.key_id, "no base 64"}));
}

TEST(SealedBox, WhatCanBeReadIsNoSealedBox) {
  const std::string id = "seal-0123456789abcdef";
  const std::string json = R"({"address":"192.0.2.1","user":"root","password":"swordfish of a long line"})";
  const std::string japanese =
      R"({"address":"192.0.2.1","user":"root","password":"合言葉は山川です、それだけ"})";
  const std::string pem = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQ\n";
  for (const auto& clear : {json, japanese, pem,
                            std::string("root:a-long-password-but-in-clear-text-as-you-see"), "\n " + json}) {
    EXPECT_EQ(form_fault({id, clear}), "access-in-clear-text /sealed") << clear;
    EXPECT_EQ(form_fault({id, encode_base64(clear)}), "access-in-clear-text /sealed") << clear;
    EXPECT_EQ(check_form({id, clear}).error().detail.find("swordfish"), std::string::npos);
  }
}

TEST(SealedBox, HasItsFormAndSize) {
  const std::string id = "seal-0123456789abcdef";
  const auto of_bytes = [&](std::size_t count) {
    return SealedBox{id, encode_base64(std::string(count, '\xfe'))};
  };
  EXPECT_EQ(form_fault(of_bytes(48)), "not-a-sealed-box /sealed");
  EXPECT_EQ(form_fault(of_bytes(49)), "none");
  EXPECT_EQ(form_fault(of_bytes(kSealedBytesMax / 4 * 3)), "none");
  EXPECT_EQ(form_fault(of_bytes(kSealedBytesMax / 4 * 3 + 1)), "not-a-sealed-box /sealed");
  auto url_safe = of_bytes(60);
  url_safe.sealed[1] = '_';
  EXPECT_EQ(form_fault(url_safe), "not-a-sealed-box /sealed");
  EXPECT_EQ(form_fault({"k1", of_bytes(60).sealed}), "not-a-sealed-box /key_id");
}

}  // namespace
}  // namespace rescue::seal
