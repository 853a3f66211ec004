#include "journal_open.hpp"

#include <algorithm>

namespace rescue::evidence {
namespace {

constexpr std::size_t kMostBytes = 128U << 20U;

/// Grows as the bytes come: a size that a file claims is not believed.
std::string unpack(EvidenceStream& stream, const TimeIsUp& time_is_up) {
  constexpr std::size_t kPiece = 1U << 20U;
  std::string bytes;
  std::size_t have = 0;
  while (have <= kMostBytes && !time_is_up()) {
    if (bytes.size() < have + kPiece) bytes.resize(std::max(have + kPiece, have + have / 2));
    const auto got = stream.read(std::span(bytes).subspan(have));
    if (!got || *got == 0) break;
    have += *got;
  }
  bytes.resize(have);
  return bytes;
}

Gap gap_of(const std::string& path, std::uint64_t offset, std::string reason) {
  return {.path = path,
          .offset = offset,
          .reason = std::move(reason),
          .prevents = "what this journal would have told there",
          .grave = true};
}

}  // namespace

Result<OpenJournal> open_journal(const SafeRoot& root, const std::string& path, const TimeIsUp& time_is_up) {
  RESCUE_ASSIGN(auto file, root.open_file(path));
  std::string first(8, '\0');
  RESCUE_ASSIGN(const auto got, file.read_at(0, first));
  first.resize(got);
  if (compression_of(first) == Compression::kNone) return OpenJournal{std::move(file), std::nullopt};
  const auto info = file.info();
  EvidenceStream stream(path, std::move(file));
  auto bytes = unpack(stream, time_is_up);
  auto gap = stream.gap();
  if (bytes.size() > kMostBytes) {
    bytes.resize(kMostBytes);
    gap = gap_of(path, kMostBytes, "larger than the limit when unpacked; the rest was not read");
  } else if (time_is_up()) {
    gap = gap_of(path, bytes.size(), "the time limit was reached; the rest was not unpacked");
  }
  return OpenJournal{OpenFile(std::make_shared<const std::string>(std::move(bytes)), info), std::move(gap)};
}

std::string journal_beginning(const std::string& path, OpenFile file, std::size_t bytes) {
  EvidenceStream stream(path, std::move(file));
  std::string beginning(bytes, '\0');
  std::size_t have = 0;
  while (have < bytes) {
    const auto got = stream.read(std::span(beginning).subspan(have));
    if (!got || *got == 0) break;
    have += *got;
  }
  beginning.resize(have);
  return beginning;
}

}  // namespace rescue::evidence
