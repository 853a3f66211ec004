#include "rescue/evidence/tar_archive.hpp"

#include <gtest/gtest.h>

#include "rescue/evidence/testing/archive_writer.hpp"

namespace rescue::evidence {
namespace {

using testing::tar_end;
using testing::tar_member;

/// "name=content" of each file, and how it ended.
std::string read_all(const std::string& bytes) {
  MemoryStream stream(bytes);
  TarReader reader(stream);
  std::string out;
  for (;;) {
    const auto member = reader.next();
    if (!member) return out + member.error().problem;
    if (!*member) return out + "end";
    if (!(*member)->regular) continue;
    std::string content(static_cast<std::size_t>((*member)->size), '\0');
    const auto got = reader.read(content);
    out += (*member)->name + "=" + content.substr(0, got.value_or(0)) + " ";
  }
}

TEST(TarArchive, GivesItsFiles) {
  EXPECT_EQ(read_all(tar_member("d/", "", '5') + tar_member("d/a", "one") + tar_member("l", "", '2') +
                     tar_member("b", "two") + tar_end()),
            "d/a=one b=two end");
}

TEST(TarArchive, KnowsLongNames) {
  const std::string name(150, 'n');
  EXPECT_EQ(read_all(tar_member("././@LongLink", name + '\0', 'L') + tar_member("n", "1") + tar_end()),
            name + "=1 end");
  EXPECT_EQ(read_all(tar_member("p", "14 path=long/x\n", 'x') + tar_member("n", "1") + tar_end()),
            "n=1 end");  // a length that is wrong
  EXPECT_EQ(read_all(tar_member("p", "15 path=long/x\n", 'x') + tar_member("n", "1") + tar_end()),
            "long/x=1 end");
}

TEST(TarArchive, TellsDamage) {
  auto bytes = tar_member("a", "one") + tar_member("b", "two");
  EXPECT_EQ(read_all(bytes), "a=one b=two end");
  EXPECT_EQ(read_all(bytes.substr(0, 1024 + 300)), "a=one damaged-archive");
  bytes[1024 + 3] = 'x';
  EXPECT_EQ(read_all(bytes), "a=one damaged-archive");
  EXPECT_EQ(read_all(std::string(2000, 'x')), "damaged-archive");
}

}  // namespace
}  // namespace rescue::evidence
