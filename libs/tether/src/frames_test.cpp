#include "rescue/tether/frames.hpp"

#include <gtest/gtest.h>

namespace rescue::tether {
namespace {

TEST(Frames, ComeOutAsTheyWentInWhateverThePieces) {
  const std::string stream = encode_frames(FrameKind::kBeat, "") +
                             encode_frames(FrameKind::kOutput, std::string("a\0b", 3)) +
                             encode_frames(FrameKind::kEnded, "exit 0");
  for (std::size_t piece = 1; piece <= stream.size(); ++piece) {
    FrameReader reader;
    std::string kinds, bytes;
    for (std::size_t at = 0; at < stream.size(); at += piece) {
      reader.feed(std::string_view(stream).substr(at, piece));
      while (const auto frame = reader.next()) {
        kinds += static_cast<char>(frame->kind);
        bytes += frame->bytes;
      }
    }
    EXPECT_EQ(kinds, ".ox");
    EXPECT_EQ(bytes, std::string("a\0bexit 0", 9));
  }
}

TEST(Frames, LongBytesAreSeveral) {
  FrameReader reader;
  reader.feed(encode_frames(FrameKind::kProgram, std::string(kFrameBytesMax + 1, 'x')));
  EXPECT_EQ(reader.next()->bytes.size(), kFrameBytesMax);
  EXPECT_EQ(reader.next()->bytes.size(), 1U);
  EXPECT_FALSE(reader.next());
  EXPECT_FALSE(reader.broken());
}

TEST(Frames, AnUnknownKindOrALengthOverTheLimitBreaksThemForGood) {
  for (const std::string& bad : {std::string("z\0\0\0\0", 5), std::string("o\xff\xff\xff\xff", 5)}) {
    FrameReader reader;
    reader.feed(bad);
    EXPECT_FALSE(reader.next());
    EXPECT_TRUE(reader.broken());
    reader.feed(encode_frames(FrameKind::kBeat, ""));
    EXPECT_FALSE(reader.next());
  }
}

}  // namespace
}  // namespace rescue::tether
