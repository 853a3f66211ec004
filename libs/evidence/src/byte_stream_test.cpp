#include "rescue/evidence/byte_stream.hpp"

#include <bzlib.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <lzma.h>
#include <zstd.h>

#include <random>

#include "packed_testing.hpp"
#include "rescue/evidence/inflate.hpp"
#include "rescue/evidence/line_reader.hpp"
#include "temp_tree.hpp"

namespace rescue::evidence {
namespace {

std::string xz(const std::string& text) {
  std::string out(lzma_stream_buffer_bound(text.size()), '\0');
  std::size_t size = 0;
  EXPECT_EQ(lzma_easy_buffer_encode(6, LZMA_CHECK_CRC64, nullptr,
                                    reinterpret_cast<const std::uint8_t*>(text.data()), text.size(),
                                    reinterpret_cast<std::uint8_t*>(out.data()), &size, out.size()),
            LZMA_OK);
  out.resize(size);
  return out;
}
std::string zstd(const std::string& text) {
  std::string out(ZSTD_compressBound(text.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 3));
  return out;
}
std::string bzip2(const std::string& text) {
  std::string out(text.size() + text.size() / 50 + 1000, '\0');
  auto size = static_cast<unsigned>(out.size());
  BZ2_bzBuffToBuffCompress(out.data(), &size, const_cast<char*>(text.data()),
                           static_cast<unsigned>(text.size()), 9, 0, 0);
  out.resize(size);
  return out;
}

std::string log_text(std::size_t lines) {
  std::mt19937 random(7);
  std::string text;
  for (std::size_t i = 0; i < lines; ++i)
    text += "line " + std::to_string(i) + " " + std::to_string(random()) + "\n";
  return text;
}

struct Read {
  std::string text;
  std::string sha256;
  std::optional<Gap> gap;
};
Read read_all(const TempTree& tree, const std::string& path, DecompressionLimits limits = {},
              std::size_t piece = 5000) {
  EvidenceStream stream(path, tree.root().open_file(path).value(), limits);
  Read out;
  std::vector<char> buffer(piece);
  for (;;) {
    const auto got = stream.read(buffer).value();
    if (got == 0) break;
    out.text.append(buffer.data(), got);
  }
  stream.finish();
  out.sha256 = stream.sha256();
  out.gap = stream.gap();
  return out;
}

struct Format {
  const char* name;
  std::string (*compress)(const std::string&);
};
class Formats : public testing::TestWithParam<Format> {
 protected:
  TempTree tree;
};

TEST_P(Formats, GivesBackWhatWasCompressedAndHashesTheFile) {
  const auto text = log_text(20'000);
  const auto packed = GetParam().compress(text);
  tree.write("/f", packed);
  const auto got = read_all(tree, "/f");
  EXPECT_EQ(got.text, text);
  EXPECT_EQ(got.sha256, sha256_hex(packed));
  EXPECT_FALSE(got.gap);
}

TEST_P(Formats, ReadsConcatenatedMembers) {
  tree.write("/f",
             GetParam().compress("first\n") + GetParam().compress("") + GetParam().compress("second\n"));
  const auto got = read_all(tree, "/f");
  EXPECT_EQ(got.text, "first\nsecond\n");
  EXPECT_FALSE(got.gap);
}

TEST_P(Formats, GivesWhatCameBeforeTheDamageAndTellsIt) {
  const auto text = log_text(100'000);
  const auto packed = GetParam().compress(text);
  tree.write("/f", packed.substr(0, packed.size() / 2));
  auto got = read_all(tree, "/f");
  ASSERT_TRUE(got.gap);
  EXPECT_TRUE(got.gap->grave);
  EXPECT_EQ(got.gap->offset, got.text.size());
  EXPECT_EQ(text.compare(0, got.text.size(), got.text), 0);
  EXPECT_EQ(got.sha256, sha256_hex(packed.substr(0, packed.size() / 2)));
  auto spoilt = packed;
  for (std::size_t i = packed.size() / 2; i < packed.size() / 2 + 20; ++i)
    spoilt[i] = static_cast<char>(spoilt[i] ^ 0x5a);
  tree.write("/f", spoilt);
  got = read_all(tree, "/f");
  EXPECT_TRUE(got.gap);
}

TEST_P(Formats, StopsABombAtItsRatioAndAtItsSize) {
  tree.write("/f", GetParam().compress(std::string(8 << 20, 'a')));
  const auto by_ratio = read_all(tree, "/f", {.max_bytes = 1 << 30, .free_bytes = 1 << 20, .max_ratio = 20});
  ASSERT_TRUE(by_ratio.gap);
  EXPECT_LT(by_ratio.text.size(), 3U << 20U);
  const auto by_size = read_all(tree, "/f", {.max_bytes = 100'000, .free_bytes = 1 << 30, .max_ratio = 1000});
  ASSERT_TRUE(by_size.gap);
  EXPECT_LE(by_size.text.size(), 100'000U);
}

INSTANTIATE_TEST_SUITE_P(All, Formats,
                         testing::Values(Format{"gzip", gzip}, Format{"xz", xz}, Format{"zstd", zstd},
                                         Format{"bzip2", bzip2}),
                         [](const auto& info) { return info.param.name; });

TEST(EvidenceStream, LeavesHolesOutAndTellsThem) {
  TempTree tree;
  tree.write("/f", "start\n");
  const int fd = ::open(tree.real("/f").c_str(), O_WRONLY);
  ASSERT_EQ(::ftruncate(fd, 4LL << 30), 0);
  ASSERT_EQ(::pwrite(fd, "end\n", 4, 3LL << 30), 4);
  ::close(fd);
  const auto got = read_all(tree, "/f", {}, 65536);
  EXPECT_NE(got.text.find("start\n"), std::string::npos);
  EXPECT_NE(got.text.find("end\n"), std::string::npos);
  EXPECT_LT(got.text.size(), 1U << 20U);
  ASSERT_TRUE(got.gap);
  EXPECT_GT(got.gap->bytes, 4000ULL << 20U);
  EXPECT_EQ(got.sha256, "");
}

TEST(EvidenceStream, ReportsAGapWhenTheFileShrinksWhileItIsRead) {
  TempTree tree;
  tree.write("/f", std::string(1 << 20, 'x'));
  EvidenceStream stream("/f", tree.root().open_file("/f").value());
  std::vector<char> buffer(4096);
  ASSERT_EQ(stream.read(buffer).value(), 8U);  // the first bytes were peeked at
  ASSERT_EQ(stream.read(buffer).value(), 4096U);
  ASSERT_EQ(::truncate(tree.real("/f").c_str(), 6000), 0);
  while (stream.read(buffer).value() > 0) {
  }
  stream.finish();
  ASSERT_TRUE(stream.gap());
  EXPECT_EQ(stream.gap()->offset, 6000U);
  EXPECT_EQ(stream.sha256(), "");
}

TEST(EvidenceStream, ReadsNoFurtherThanTheFileWasLongWhenOpened) {
  TempTree tree;
  tree.write("/f", "one\n");
  EvidenceStream stream("/f", tree.root().open_file("/f").value());
  tree.write("/f", "one\ntwo\n");
  std::vector<char> buffer(100);
  EXPECT_EQ(stream.read(buffer).value(), 4U);
  EXPECT_EQ(stream.read(buffer).value(), 0U);
}

TEST(Inflate, IsBoundedAndLenient) {
  const auto packed = gzip(std::string(100'000, 'a'));
  EXPECT_EQ(inflate(packed, DeflateWrapping::kZlibOrGzip, 1 << 20).size(), 100'000U);
  EXPECT_EQ(inflate(packed, DeflateWrapping::kZlibOrGzip, 500).size(), 500U);
  EXPECT_EQ(inflate("no deflate at all", DeflateWrapping::kZlibOrGzip, 500), "");
}

/// The reader's lines against plain splitting.
std::vector<std::string> lines_of(const std::string& text, LineReader& reader) {
  std::vector<std::string> lines;
  LineBlock block;
  std::uint64_t expected = 1;
  while (reader.next(block)) {
    EXPECT_EQ(block.first_line, expected);
    EXPECT_EQ(text.compare(block.offset, block.text.size(), block.text), 0);
    auto rest = block.text;
    while (!rest.empty()) {
      lines.emplace_back(take_line(rest));
      ++expected;
    }
  }
  return lines;
}

TEST(LineReader, AgreesWithPlainSplitting) {
  std::mt19937 random(11);
  for (int round = 0; round < 20; ++round) {
    std::string text;
    const std::size_t longest = round % 2 == 0 ? 200 : 90'000;
    while (text.size() < 1'500'000) text += std::string(random() % longest, 'x') + "\n";
    if (round % 3 == 0) text += "unfinished";
    std::vector<std::string> expected;
    for (std::string_view rest = text; !rest.empty();) expected.emplace_back(take_line(rest));
    MemoryStream stream(text);
    LineReader reader(stream);
    EXPECT_EQ(lines_of(text, reader), expected);
    EXPECT_EQ(reader.lines(), expected.size());
    EXPECT_EQ(reader.ends_unfinished(), round % 3 == 0);
  }
}

TEST(LineReader, CutsALineOfTenMegabytesAndGoesOnAfterIt) {
  const std::string text = "before\n" + std::string(10 << 20, 'y') + "\nafter\n";
  MemoryStream stream(text);
  LineReader reader(stream);
  const auto lines = lines_of(text, reader);
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(lines[0], "before");
  EXPECT_EQ(lines[1].size(), LineReader::kMaxLine);
  EXPECT_EQ(lines[2], "after");
  EXPECT_EQ(reader.cut_lines(), 1U);
  EXPECT_EQ(reader.first_cut_offset(), 7U);
}

}  // namespace
}  // namespace rescue::evidence
