#include "rescue/base/file_digest.hpp"

#include <gtest/gtest.h>

namespace rescue {
namespace {

FileDigest digest(DigestKind kind, std::string_view text) {
  DigestStream stream(kind);
  stream.update(text.substr(0, 1));
  stream.update(text.substr(1));
  return stream.take();
}

/// FIPS 180-4 and RFC 1321 give these for "abc".
TEST(FileDigest, GivesWhatTheStandardsGive) {
  const std::pair<DigestKind, std::string_view> known[] = {
      {DigestKind::kMd5, "900150983cd24fb0d6963f7d28e17f72"},
      {DigestKind::kSha1, "a9993e364706816aba3e25717850c26c9cd0d89d"},
      {DigestKind::kSha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
      {DigestKind::kSha384,
       "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7"},
      {DigestKind::kSha512,
       "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd"
       "454d4423643ce80e2a9ac94fa54ca49f"}};
  for (const auto& [kind, hex] : known) {
    EXPECT_EQ(digest(kind, "abc"), parse_digest(kind, hex)) << hex;
    EXPECT_TRUE(hex.starts_with(to_hex(digest(kind, "abc"))));
  }
}

TEST(FileDigest, BeginsAnewAfterEachTake) {
  DigestStream stream(DigestKind::kSha1);
  stream.update("other");
  stream.take();
  stream.update("abc");
  EXPECT_EQ(stream.take(), digest(DigestKind::kSha1, "abc"));
}

TEST(FileDigest, TakesNoTextOfAnotherLengthOrOtherCharacters) {
  EXPECT_FALSE(parse_digest(DigestKind::kSha1, "900150983cd24fb0d6963f7d28e17f72"));
  EXPECT_FALSE(parse_digest(DigestKind::kMd5, "g00150983cd24fb0d6963f7d28e17f72"));
  EXPECT_NE(parse_digest(DigestKind::kMd5, "900150983cd24fb0d6963f7d28e17f72"),
            digest(DigestKind::kSha1, "abc"));
}

}  // namespace
}  // namespace rescue
