#include <gtest/gtest.h>

#include <random>

#include "rescue/evidence/log_reader.hpp"
#include "rescue/evidence/testing/journal_writer.hpp"
#include "temp_tree.hpp"

namespace rescue::evidence {
namespace {

using testing::JournalForm;
using testing::JournalWriter;

const std::string kSystem = "/var/log/journal/0123456789abcdef0123456789abcdef/system.journal";
constexpr std::uint64_t kEntries = 30;

JournalWriter sample(JournalForm form) {
  JournalWriter writer(form);
  for (std::uint64_t i = 1; i <= kEntries; ++i) {
    writer.add({.seqnum = i,
                .time = parse_rfc3339("2026-09-12T01:00:00Z").value() + std::chrono::seconds(i),
                .fields = {"SYSLOG_IDENTIFIER=sshd", "_UID=0", "_EXE=/usr/sbin/sshd",
                           "_PID=" + std::to_string(i / 2),
                           "MESSAGE=Failed password for root from 203.0.113.45 port " + std::to_string(i) +
                               " ssh2" + std::string(i % 3 == 0 ? 300 : 0, ' ')}});
  }
  return writer;
}

struct Salvage {
  std::vector<std::uint64_t> seqnums;
  LogFileSummary file;
  Gaps gaps;
};

Salvage salvage(const TempTree& tree, const std::string& bytes) {
  tree.write(kSystem, bytes);
  const auto root = tree.root();
  Salvage out;
  const auto groups = find_logs(root, {}, out.gaps);
  auto files = read_logs(
      root, groups, TimeZone(), {},
      [&](std::span<const Event> events) {
        for (const auto& event : events) out.seqnums.push_back(event.position);
      },
      out.gaps);
  out.file = std::move(files.at(0));
  return out;
}

const JournalForm kForms[] = {
    {.compact = true, .packing = JournalForm::Packing::kZstd, .pack_from = 200},
    {.compact = false, .keyed = false, .packing = JournalForm::Packing::kLz4, .pack_from = 200},
};

TEST(DamagedJournal, CutAnywhereGivesEveryEntryBeforeTheCutAndAGap) {
  const TempTree tree;
  for (const auto& form : kForms) {
    const auto writer = sample(form);
    const auto whole = writer.bytes();
    // Every byte of the header and of two entries, then every fifth.
    for (std::size_t size = 0; size < whole.size() - form.room; size += size < 1500 ? 1 : 5) {
      const auto got = salvage(tree, whole.substr(0, size));
      const auto item_bytes = form.compact ? 4U : 16U;
      const auto before = std::count_if(writer.entries().begin(), writer.entries().end(),
                                        [&](auto offset) { return offset + 64 + 5 * item_bytes <= size; });
      ASSERT_EQ(got.seqnums.size(), static_cast<std::size_t>(before)) << size;
      ASSERT_FALSE(got.gaps.empty()) << size;
      ASSERT_TRUE(got.file.journal->damaged) << size;
    }
  }
}

TEST(DamagedJournal, ChangedBytesNeverCostMoreThanTheirOwnEntries) {
  const TempTree tree;
  std::mt19937 chance(7);  // NOLINT(cert-msc51-cpp): the same damage every time
  for (const auto& form : kForms) {
    const auto whole = sample(form).bytes();
    for (int round = 0; round < 1500; ++round) {
      auto bytes = whole;
      const auto at = chance() % (bytes.size() - form.room);
      bytes[at] = static_cast<char>(bytes[at] ^ static_cast<char>(1 + chance() % 255));
      const auto got = salvage(tree, bytes);
      // A header that names another form makes entries of this one unreadable; else one object is lost at
      // most, and the two around it where its size was the byte.
      const bool form_changed = at >= 12 && at < 16;
      ASSERT_GE(got.seqnums.size(), form_changed ? 0 : kEntries - 3) << "byte " << at;
    }
  }
}

TEST(DamagedJournal, ManyChangedBytesNeverBreakTheReader) {
  const TempTree tree;
  std::mt19937 chance(11);  // NOLINT(cert-msc51-cpp): the same damage every time
  for (const auto& form : kForms) {
    const auto whole = sample(form).bytes();
    for (int round = 0; round < 600; ++round) {
      auto bytes = whole;
      for (std::size_t n = 1 + chance() % 60; n > 0; --n)
        bytes[chance() % bytes.size()] = static_cast<char>(chance());
      const auto got = salvage(tree, bytes);
      EXPECT_LE(got.seqnums.size(), 2 * kEntries);
    }
  }
}

TEST(DamagedJournal, ZerosOverEntriesAreToldWithTheirPlace) {
  const TempTree tree;
  const auto writer = sample(kForms[0]);
  auto bytes = writer.bytes();
  const auto from = writer.entries()[9], to = writer.entries()[13];
  std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(from),
            bytes.begin() + static_cast<std::ptrdiff_t>(to), '\0');
  const auto got = salvage(tree, bytes);
  EXPECT_EQ(got.seqnums.size(), kEntries - 4);
  ASSERT_GE(got.gaps.size(), 1U);
  EXPECT_EQ(got.gaps[0].offset, from);
  EXPECT_EQ(got.gaps[0].bytes, to - from);
  EXPECT_TRUE(got.gaps[0].grave);
  EXPECT_TRUE(got.gaps[0].period.from);
}

TEST(DamagedJournal, ALostHeaderIsDoneWithout) {
  const TempTree tree;
  for (const auto& form : kForms) {
    auto bytes = sample(form).bytes();
    std::fill_n(bytes.begin(), 400, '\xff');
    const auto got = salvage(tree, bytes);
    EXPECT_EQ(got.seqnums.size(), kEntries);
    EXPECT_TRUE(got.gaps[0].grave);
    EXPECT_EQ(got.file.journal->unlinked.count, 0U);
  }
}

TEST(DamagedJournal, ABrokenIndexHidesNothing) {
  const TempTree tree;
  const auto writer = sample(kForms[0]);
  auto bytes = writer.bytes();
  std::uint64_t array = 0;
  std::memcpy(&array, bytes.data() + 176, 8);
  std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(array) + 16, 8, '\x42');
  const auto got = salvage(tree, bytes);
  EXPECT_EQ(got.seqnums.size(), kEntries);
  EXPECT_EQ(got.file.journal->unlinked.count, 0U);
  ASSERT_FALSE(got.gaps.empty());
  EXPECT_NE(got.gaps.back().reason.find("index"), std::string::npos);
}

TEST(DamagedJournal, ASparseGiantIsReadInNoTime) {
  const TempTree tree;
  tree.write(kSystem, sample(kForms[0]).bytes());
  ASSERT_EQ(::truncate(tree.real(kSystem).c_str(), 1LL << 40), 0);
  const auto root = tree.root();
  Gaps gaps;
  std::size_t count = 0;
  const auto files = read_logs(
      root, find_logs(root, {}, gaps), TimeZone(), {},
      [&](std::span<const Event> events) { count += events.size(); }, gaps);
  EXPECT_EQ(count, kEntries);
}

TEST(DamagedJournal, AnEntryThatNamesOneLargeFieldAThousandTimesIsCutShort) {
  const TempTree tree;
  JournalWriter writer({.packing = JournalForm::Packing::kXz});
  std::vector<std::string> fields = {"SYSLOG_IDENTIFIER=sshd",
                                     "MESSAGE=Accepted password for root from 203.0.113.45 port 5 ssh2"};
  fields.resize(1000, "MESSAGE=" + std::string(64 * 1000, 'a'));
  fields.resize(1020, "_UID=1000");
  for (std::uint64_t i = 1; i <= 1000; ++i) {
    writer.add({.seqnum = i,
                .time = parse_rfc3339("2026-09-12T01:00:00Z").value() + std::chrono::seconds(i),
                .fields = i == 1 ? fields : std::vector<std::string>{"MESSAGE=x"}});
  }
  const auto got = salvage(tree, writer.bytes());
  EXPECT_EQ(got.seqnums.size(), 1000U);
  ASSERT_EQ(got.gaps.size(), 1U);
  EXPECT_EQ(got.file.journal->forged.count, 1U);
  EXPECT_EQ(got.gaps[0].reason, "1 fields of entries cannot be read");
}

}  // namespace
}  // namespace rescue::evidence
