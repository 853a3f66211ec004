#include "rescue/seal/keyring.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "rescue/base/id.hpp"

namespace rescue::seal {
namespace {

class KeyringFile : public ::testing::Test {
 protected:
  KeyringFile() : path_(std::filesystem::temp_directory_path() / ("rescue-seal-" + random_hex(8))) {}
  ~KeyringFile() override { std::filesystem::remove(path_); }
  void write(std::string_view text, mode_t mode = 0600) {
    std::ofstream(path_) << text;
    ::chmod(path_.c_str(), mode);
  }
  std::string fault() {
    const auto loaded = Keyring::load(path_);
    return loaded ? "none" : loaded.error().problem + ": " + loaded.error().detail;
  }
  const std::string path_;
  const Timestamp now_ = *parse_rfc3339("2026-09-18T03:04:05Z");
};

TEST_F(KeyringFile, KeepsItsKeysTheNewestFirst) {
  Keyring ring;
  ASSERT_TRUE(ring.add(KeyPair::make(now_)));
  ASSERT_TRUE(ring.add(KeyPair::make(now_ + std::chrono::hours(1))));
  write(ring.encode().view());
  const auto loaded = Keyring::load(path_);
  ASSERT_TRUE(loaded) << loaded.error().detail;
  ASSERT_EQ(loaded->keys().size(), 2U);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(loaded->keys()[i].public_key.bytes, ring.keys()[i].public_key.bytes);
    EXPECT_EQ(loaded->keys()[i].secret_key.view(), ring.keys()[i].secret_key.view());
    EXPECT_EQ(loaded->keys()[i].made_at, ring.keys()[i].made_at);
    EXPECT_EQ(loaded->find(ring.keys()[i].public_key.id), &loaded->keys()[i]);
  }
  EXPECT_EQ(loaded->find("seal-0000000000000000"), nullptr);
}

TEST_F(KeyringFile, RefusesAFileThatOthersCanRead) {
  Keyring ring;
  ASSERT_TRUE(ring.add(KeyPair::make(now_)));
  for (const mode_t mode : {0640U, 0604U, 0660U, 0644U}) {
    write(ring.encode().view(), mode);
    EXPECT_EQ(fault(), "bad-key-file: " + path_ + " can be read by others than its owner: chmod 600");
  }
  write(ring.encode().view(), 0400);
  EXPECT_EQ(fault(), "none");
  std::filesystem::remove(path_);
  EXPECT_EQ(fault(), "sealing-keys-unavailable: cannot read " + path_ + ": No such file or directory");
  std::filesystem::create_directory(path_);
  EXPECT_EQ(fault(), "bad-key-file: " + path_ + " is no regular file");
}

TEST_F(KeyringFile, NamesTheLineAndNeverWhatStandsThere) {
  Keyring ring;
  ASSERT_TRUE(ring.add(KeyPair::make(now_)));
  const std::string good(ring.encode().view());
  const auto key = good.substr(good.rfind(' ') + 1, 44);
  for (const auto& [text, what] : std::map<std::string, std::string>{
           {good + "nonsense\n", "3: a line is: key id, date-time, secret key in base 64"},
           {good + good.substr(good.find('\n') + 1), "3: this key stands twice"},
           {"seal-0000000000000000 2026-09-18T03:04:05Z " + key, "1: the key id is not that of the key"},
           {"seal-0000000000000000 2026-09-18T03:04:05Z " + key.substr(4),
            "1: a secret key is 32 bytes in base 64"},
           {"seal-0000000000000000 2026-09-18T03:04:05Z " + key + " x",
            "1: a line is: key id, date-time, secret key in base 64"}}) {
    write(text);
    EXPECT_EQ(fault(), "bad-key-file: " + path_ + ":" + what);
  }
}

TEST(KeyIds, AreOfTheKey) {
  const auto pair = KeyPair::make(Timestamp());
  EXPECT_TRUE(is_key_id(pair.public_key.id));
  EXPECT_EQ(pair.public_key.id, key_id_of(pair.public_key.bytes));
  for (const auto* text :
       {"", "seal-", "seal-0123456789ABCDEF", "seal-0123456789abcdef0", "key-0123456789abcdef"}) {
    EXPECT_FALSE(is_key_id(text)) << text;
  }
}

}  // namespace
}  // namespace rescue::seal
