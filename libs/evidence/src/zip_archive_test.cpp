#include "rescue/evidence/zip_archive.hpp"

#include <gtest/gtest.h>

#include "rescue/evidence/testing/archive_writer.hpp"

namespace rescue::evidence {
namespace {

using testing::zip_of;

OpenFile in_memory(const std::string& bytes) {
  return {std::make_shared<const std::string>(bytes), {.kind = FileKind::kRegular, .size = bytes.size()}};
}

std::string content_of(const OpenFile& file, const ZipMember& member, std::size_t most = 1 << 20) {
  return read_zip_member(file, member, most).value().bytes;
}

TEST(ZipArchive, GivesStoredAndDeflatedMembers) {
  const std::string text(3000, 'a');
  const auto file = in_memory(
      zip_of({{.name = "a", .content = text}, {.name = "d/", .content = ""}, {"b", "stored", false, false}}));
  const auto listing = list_zip(file).value();
  ASSERT_EQ(listing.members.size(), 2U);
  EXPECT_FALSE(listing.damaged || listing.cut);
  EXPECT_EQ(content_of(file, listing.members[0]), text);
  EXPECT_EQ(content_of(file, listing.members[1]), "stored");
  const auto part = read_zip_member(file, listing.members[0], 10).value();
  EXPECT_EQ(part.bytes, "aaaaaaaaaa");
  EXPECT_FALSE(part.whole || part.damaged);
}

TEST(ZipArchive, CountsFromItsOwnBeginning) {
  const auto file = in_memory("#!/bin/sh\nexit\n" + zip_of({{.name = "a", .content = "text"}}));
  EXPECT_EQ(content_of(file, list_zip(file).value().members.at(0)), "text");
}

TEST(ZipArchive, GoesByLocalHeadersWhereTheDirectoryIsCutOff) {
  const auto bytes = zip_of({{.name = "a", .content = "one"}, {.name = "b", .content = "two"}});
  const auto file = in_memory(bytes.substr(0, bytes.find("PK\x01\x02") + 20));
  const auto listing = list_zip(file).value();
  EXPECT_TRUE(listing.damaged);
  ASSERT_EQ(listing.members.size(), 2U);
  EXPECT_EQ(content_of(file, listing.members[1]), "two");
}

TEST(ZipArchive, TellsWhatIsNotAsItSays) {
  auto bytes = zip_of({{"a", "stored", false, false}});
  bytes[bytes.find("stored")] = 'S';
  const auto file = in_memory(bytes);
  const auto content = read_zip_member(file, list_zip(file).value().members.at(0), 100).value();
  EXPECT_TRUE(content.damaged);
  EXPECT_EQ(content.bytes, "Stored");
}

TEST(ZipArchive, NeedsNoMoreMemoryThanAskedFor) {
  const auto file = in_memory(zip_of({{.name = "bomb", .content = std::string(64 << 20, '\0')}}));
  EXPECT_EQ(content_of(file, list_zip(file).value().members.at(0), 4096).size(), 4096U);
}

}  // namespace
}  // namespace rescue::evidence
