// The keys that customers seal access to: made, changed, listed and forgotten.
#include <sys/stat.h>

#include "program_testing.hpp"
#include "rescue/seal/sealed_box.hpp"
#include "sealing_files.hpp"

namespace rescue::ctl {
namespace {

class SealingKeys : public Program {
 protected:
  int call(const std::string& command, std::vector<std::string> more = {}) {
    std::vector<std::string> words{"sealing-key", command, "--keyring", keyring_, "--public", public_};
    words.insert(words.end(), more.begin(), more.end());
    return run(words);
  }
  seal::PublicKeys shown() const { return seal::PublicKeys::load(public_).value(); }
  seal::Keyring ring() const { return seal::Keyring::load(keyring_).value(); }
  static mode_t mode_of(const std::string& path) {
    struct stat info {};
    EXPECT_EQ(::stat(path.c_str(), &info), 0);
    return info.st_mode & 0777U;
  }

  const std::string keyring_ = directory + "/sealing.keyring";
  const std::string public_ = directory + "/sealing.json";
  const Timestamp now_ = clock.now();
};

TEST_F(SealingKeys, TheFirstIsMadeOnce) {
  ASSERT_EQ(call("new"), 0) << err.str();
  const auto keys = shown();
  const auto* key = keys.current(now_);
  ASSERT_NE(key, nullptr);
  EXPECT_NE(out.str().find(key->key.id), std::string::npos);
  EXPECT_EQ(out.str().find(ring().keys().at(0).secret_key.c_str()), std::string::npos);
  EXPECT_EQ(mode_of(keyring_), 0600U);
  EXPECT_EQ(mode_of(public_), 0644U);
  EXPECT_EQ(call("new"), 1);
  EXPECT_NE(err.str().find("sealing-key rotate"), std::string::npos);
  EXPECT_EQ(ring().keys().size(), 1U);
}

TEST_F(SealingKeys, AfterAChangeWhatWasSealedBeforeStillOpens) {
  ASSERT_EQ(call("new"), 0);
  const auto before = shown().keys().at(0).key;
  const auto box = seal::seal_to(before, "hello");
  ASSERT_EQ(call("rotate", {"--days", "30", "--grace-days", "2"}), 0) << err.str();
  EXPECT_NE(shown().current(now_)->key.id, before.id);
  EXPECT_LE(shown().current(now_)->accepted_until, clock.now() + std::chrono::days(30));
  EXPECT_NE(shown().accepted(before.id, now_ + std::chrono::hours(47)), nullptr);
  EXPECT_EQ(shown().accepted(before.id, now_ + std::chrono::hours(49)), nullptr);
  EXPECT_EQ(seal::open_box(ring(), box)->view(), "hello");
}

TEST_F(SealingKeys, OneThatIsKnownToOthersIsTakenNoMoreAtOnceAndForgottenLater) {
  ASSERT_EQ(call("new"), 0);
  const auto before = shown().keys().at(0).key.id;
  EXPECT_EQ(call("remove", {"--id", before}), 1) << "it is in force";
  ASSERT_EQ(call("rotate", {"--grace-days", "0"}), 0);
  EXPECT_EQ(shown().accepted(before, clock.now()), nullptr);
  ASSERT_EQ(call("list"), 0);
  EXPECT_NE(out.str().find("opened, taken no more"), std::string::npos);
  ASSERT_EQ(call("remove", {"--id", before}), 0) << err.str();
  EXPECT_EQ(ring().keys().size(), 1U);
  EXPECT_EQ(shown().keys().size(), 1U);
  EXPECT_EQ(call("remove", {"--id", before}), 1);
}

TEST_F(SealingKeys, AFileThatOthersCanReadIsNotUsed) {
  ASSERT_EQ(call("new"), 0);
  ASSERT_EQ(::chmod(keyring_.c_str(), 0644), 0);
  EXPECT_EQ(call("rotate"), 1);
  EXPECT_NE(err.str().find("chmod 600"), std::string::npos);
  EXPECT_EQ(call("rotate", {"--days", "many"}), 1);
}

}  // namespace
}  // namespace rescue::ctl
