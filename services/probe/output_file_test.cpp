#include "output_file.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

namespace rescue::probe {
namespace {

std::string text_of(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

class OutputFiles : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = std::filesystem::temp_directory_path() / "outputs-XXXXXX";
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::filesystem::path folder_;
};

TEST_F(OutputFiles, ShowTheirTextOnlyOnceItIsWhole) {
  const auto path = folder_ / "out.json";
  std::ofstream(path) << "before";
  auto file = OutputFile::open(path).value();
  ASSERT_TRUE(file.write_text("after"));
  EXPECT_EQ(text_of(path), "before");
  ASSERT_TRUE(file.put_in_place());
  EXPECT_EQ(text_of(path), "after");
}

/// Root's --out /dev/null must not leave a plain file where the device was.
TEST_F(OutputFiles, LeaveAPipeWhatItIs) {
  const auto path = folder_ / "pipe";
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  std::fstream reader(path, std::ios::in | std::ios::out);  // so that opening it to write does not wait
  auto file = OutputFile::open(path).value();
  ASSERT_TRUE(file.empty());
  ASSERT_TRUE(file.write_text("text\n"));
  ASSERT_TRUE(file.put_in_place());
  EXPECT_TRUE(std::filesystem::is_fifo(path));
  std::string line;
  std::getline(reader, line);
  EXPECT_EQ(line, "text");
}

TEST_F(OutputFiles, AreRefusedWhereAFolderLies) {
  EXPECT_EQ(OutputFile::open(folder_).error().code, ErrorCode::kUnavailable);
}

}  // namespace
}  // namespace rescue::probe
