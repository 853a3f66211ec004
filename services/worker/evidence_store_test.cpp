#include "evidence_store.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>

#include "rescue/base/sha256.hpp"
#include "testing.hpp"

namespace rescue::worker {
namespace {

using testing::Folder;

std::string stored_path(const Folder& folder, const std::string& sha256) {
  return folder.path("store/" + sha256.substr(0, 2) + "/" + sha256.substr(2, 2) + "/" + sha256);
}

std::unique_ptr<EvidenceStore> open_store(const Folder& folder) {
  return EvidenceStore::open(folder.path("store")).value();
}

TEST(EvidenceStore, GivesBackWhatWasPutUnderItsHash) {
  const Folder folder;
  const auto store = open_store(folder);
  const std::string bytes("a\0b\xff", 4);
  const std::string name = store->put(bytes).value();
  EXPECT_EQ(name, sha256_hex(bytes));
  EXPECT_EQ(store->get(name).value(), bytes);
}

TEST(EvidenceStore, SurvivesARestart) {
  const Folder folder;
  const std::string name = open_store(folder)->put("evidence").value();
  const auto again = open_store(folder);
  EXPECT_EQ(again->get(name).value(), "evidence");
  EXPECT_EQ(again->total_bytes(), 8U);
}

TEST(EvidenceStore, WorkersShareItAndLeaveEachOthersUnfinishedWorkAlone) {
  const Folder folder;
  const auto first = EvidenceStore::open(folder.path("store"), "1").value();
  const auto scratch = first->make_scratch().value();
  const auto second = EvidenceStore::open(folder.path("store"), "2").value();
  EXPECT_TRUE(std::filesystem::exists(scratch.dir()));
  EXPECT_EQ(second->get(first->put("evidence").value()).value(), "evidence");
  EXPECT_TRUE(EvidenceStore::open(folder.path("store"), "1"));
  EXPECT_FALSE(std::filesystem::exists(scratch.dir())) << "left by an earlier life of its own";
}

TEST(EvidenceStore, FilesCanOnlyBeRead) {
  const Folder folder;
  const std::string name = open_store(folder)->put("evidence").value();
  struct stat info {};
  ASSERT_EQ(::stat(stored_path(folder, name).c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0400U);
}

TEST(EvidenceStore, TheSameContentIsKeptOnce) {
  const Folder folder;
  const auto store = open_store(folder);
  EXPECT_EQ(store->put("evidence").value(), store->put("evidence").value());
  EXPECT_EQ(store->total_bytes(), 8U);
}

TEST(EvidenceStore, AFullDiskTakesNothingHalfAndIsSeenUntilThereIsRoom) {
  if (::geteuid() != 0) GTEST_SKIP() << "not run: only root may mount a small disk";
  const Folder folder;
  const testing::SmallDisk disk(folder.path("store"));
  ASSERT_TRUE(disk.mounted) << "cannot mount a tmpfs here: run the tests where root may";
  const auto store = open_store(folder);
  const std::string before = store->put("evidence").value();
  const std::string large(100'000, 'e');
  disk.fill();
  EXPECT_EQ(store->trouble(), std::nullopt) << "nothing was written yet";
  const auto put = store->put(large);
  ASSERT_FALSE(put);
  EXPECT_EQ(put.error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(put.error().problem, "evidence-store-unavailable");
  EXPECT_EQ(store->get(sha256_hex(large)).error().code, ErrorCode::kNotFound);
  EXPECT_TRUE(std::filesystem::is_empty(folder.path("store/tmp"))) << "no half file is left";
  EXPECT_EQ(store->total_bytes(), 8U);
  EXPECT_EQ(store->get(before).value(), "evidence") << "reading goes on";
  ASSERT_TRUE(store->trouble());
  EXPECT_NE(store->trouble()->find("No space left on device"), std::string::npos) << *store->trouble();
  disk.free();
  EXPECT_EQ(store->trouble(), std::nullopt);
  EXPECT_TRUE(store->put(large));
}

TEST(EvidenceStore, NeverServesDamagedEvidence) {
  const Folder folder;
  const auto store = open_store(folder);
  const std::string name = store->put("evidence").value();
  ::chmod(stored_path(folder, name).c_str(), 0600);
  folder.write("store/" + name.substr(0, 2) + "/" + name.substr(2, 2) + "/" + name, "evidencE");
  EXPECT_EQ(store->get(name).error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(store->put("evidence").value(), name) << "good content replaces it";
  EXPECT_EQ(store->get(name).value(), "evidence");
}

TEST(EvidenceStore, NamesThatAreNoHashAreNotFound) {
  const Folder folder;
  const auto store = open_store(folder);
  for (const std::string name : {"", "..", "../../etc/passwd", "ABC", "tmp"}) {
    EXPECT_EQ(store->get(name).error().code, ErrorCode::kNotFound) << name;
  }
  EXPECT_EQ(store->get(std::string(64, 'a')).error().code, ErrorCode::kNotFound);
}

TEST(EvidenceStore, DoesNotFollowASymlinkOrWaitForAFifo) {
  const Folder folder;
  const auto store = open_store(folder);
  const std::string name = store->put("evidence").value();
  const std::string path = stored_path(folder, name);
  const std::string elsewhere = folder.write("elsewhere", "evidence");
  std::filesystem::remove(path);
  std::filesystem::create_symlink(elsewhere, path);
  EXPECT_EQ(store->get(name).error().code, ErrorCode::kCorrupt);
  std::filesystem::remove(path);
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  EXPECT_EQ(store->get(name).error().code, ErrorCode::kCorrupt);
}

TEST(EvidenceStore, ClearsWhatAnUnfinishedWriteLeft) {
  const Folder folder;
  open_store(folder);
  folder.write("store/tmp/half", "half a file");
  const auto again = open_store(folder);
  EXPECT_FALSE(std::filesystem::exists(folder.path("store/tmp/half")));
  EXPECT_EQ(again->total_bytes(), 0U);
}

TEST(EvidenceStore, ScratchFoldersGoWithTheirOwner) {
  const Folder folder;
  const auto store = open_store(folder);
  std::string dir;
  {
    const auto scratch = store->make_scratch().value();
    dir = scratch.dir();
    std::ofstream(dir + "/x") << "x";
    EXPECT_TRUE(std::filesystem::exists(dir + "/x"));
  }
  EXPECT_FALSE(std::filesystem::exists(dir));
}

TEST(EvidenceStore, SaysWhatIsWrongWhenItsFolderIsGone) {
  const Folder folder;
  const auto store = open_store(folder);
  EXPECT_FALSE(store->trouble());
  std::filesystem::remove_all(folder.path("store"));
  EXPECT_TRUE(store->trouble());
  EXPECT_EQ(store->put("evidence").error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(store->put("evidence").error().problem, "evidence-store-unavailable");
}

}  // namespace
}  // namespace rescue::worker
