#include "rescue/seal/secret.hpp"

#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "rescue/seal/privacy.hpp"

namespace rescue::seal {
namespace {

TEST(Secret, HoldsBytesAndAZeroAfterThem) {
  auto secret = Secret::copy_of(std::string_view("a\0b", 3));
  EXPECT_EQ(secret.view(), std::string_view("a\0b", 3));
  EXPECT_EQ(secret.c_str()[3], '\0');
  secret.cut(1);
  EXPECT_EQ(std::string(secret.c_str()), "a");
  EXPECT_EQ(secret.size(), 1U);
}

TEST(Secret, AnEmptyOneIsAnEmptyText) {
  const Secret none;
  EXPECT_TRUE(none.empty());
  EXPECT_EQ(none.view(), "");
  EXPECT_EQ(std::string(none.c_str()), "");
  EXPECT_EQ(std::string(Secret::copy_of("").c_str()), "");
}

TEST(Secret, MovesWithoutACopy) {
  auto first = Secret::copy_of("swordfish");
  const char* place = first.c_str();
  const Secret second = std::move(first);
  EXPECT_EQ(second.c_str(), place);
  EXPECT_EQ(second.view(), "swordfish");
}

TEST(Privacy, LeavesNoCoreAndLetsNobodyLook) {
  const pid_t child = ::fork();
  if (child == 0) {
    rlimit cores{};
    const bool kept = keep_memory_private().has_value() && ::prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0 &&
                      ::getrlimit(RLIMIT_CORE, &cores) == 0 && cores.rlim_max == 0;
    ::_exit(kept ? 0 : 1);
  }
  int status = 1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace rescue::seal
