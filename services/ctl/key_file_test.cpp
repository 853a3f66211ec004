#include "key_file.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <thread>

namespace rescue::ctl {
namespace {

class KeyFile : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = std::filesystem::temp_directory_path() / "rescuectl-XXXXXX";
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    directory = name;
    path = directory + "/keys.json";
  }
  void TearDown() override { std::filesystem::remove_all(directory); }

  static http::ApiKeys::Entry entry(const std::string& id) {
    return http::make_api_key(id, "operator", "somebody")->entry;
  }
  std::size_t size() const { return http::ApiKeys::load(path)->entries().size(); }

  std::string directory;
  std::string path;
};

TEST_F(KeyFile, IsMadeWhenMissingAndNotForEverybodyToRead) {
  ASSERT_TRUE(add_key(path, entry("k1")));
  EXPECT_EQ(size(), 1U);
  struct stat info {};
  ASSERT_EQ(::stat(path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0640U);
}

TEST_F(KeyFile, KeepsItsModeAndItsOtherEntries) {
  ASSERT_TRUE(add_key(path, entry("k1")));
  ASSERT_EQ(::chmod(path.c_str(), 0600), 0);
  ASSERT_TRUE(add_key(path, entry("k2")));
  EXPECT_EQ(size(), 2U);
  struct stat info {};
  ASSERT_EQ(::stat(path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0600U);
}

TEST_F(KeyFile, RefusesAnIdThatIsTaken) {
  ASSERT_TRUE(add_key(path, entry("k1")));
  const auto added = add_key(path, entry("k1"));
  ASSERT_FALSE(added);
  EXPECT_NE(added.error().detail.find("k1"), std::string::npos);
  EXPECT_EQ(size(), 1U);
}

TEST_F(KeyFile, LeavesAFaultyFileAlone) {
  std::ofstream(path) << R"({"keys":[{"id":"k0"}]})";
  EXPECT_FALSE(add_key(path, entry("k1")));
  std::ifstream in(path);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(in), {}), R"({"keys":[{"id":"k0"}]})");
}

TEST_F(KeyFile, DisablesAKeySoThatItsTokenNoLongerWorks) {
  const auto key = http::make_api_key("k1", "operator", "somebody");
  ASSERT_TRUE(add_key(path, key->entry));
  EXPECT_TRUE(http::ApiKeys::load(path)->authenticate("Bearer " + key->token));
  ASSERT_TRUE(disable_key(path, "k1"));
  EXPECT_FALSE(http::ApiKeys::load(path)->authenticate("Bearer " + key->token));
  EXPECT_EQ(disable_key(path, "k2").error().code, ErrorCode::kNotFound);
  EXPECT_FALSE(disable_key(directory + "/none.json", "k1"));
}

TEST_F(KeyFile, LosesNothingWhenManyWriteAtOnce) {
  std::vector<std::thread> writers;
  for (int i = 0; i < 8; ++i) {
    writers.emplace_back([this, i] { EXPECT_TRUE(add_key(path, entry("k" + std::to_string(i)))); });
  }
  for (auto& writer : writers) writer.join();
  EXPECT_EQ(size(), 8U);
}

}  // namespace
}  // namespace rescue::ctl
