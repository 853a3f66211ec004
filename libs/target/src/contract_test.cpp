// What every target does the same: a mounted root and a server over SSH.
#include "rescue/target/lines.hpp"
#include "rescue/target/mounted_target.hpp"
#include "ssh_testing.hpp"

namespace rescue::target {
namespace {

using testing::Folder;
using testing::hear_all;
using testing::in;
using testing::is_over;
using testing::seconds;

struct Mounted {
  std::unique_ptr<Target> target(const Folder& folder) {
    return std::make_unique<MountedTarget>(folder.path());
  }
};

struct OverSsh {
  std::unique_ptr<testing::Server> server;
  std::unique_ptr<Target> target(const Folder& folder) {
    server = std::make_unique<testing::Server>(folder);
    server->start();
    auto made = SshTarget::connect(server->access(), testing::quick_options());
    if (!made) ADD_FAILURE() << made.error().problem << ": " << made.error().detail;
    return made ? *std::move(made) : nullptr;
  }
};

template <class Kind>
class TargetContract : public ::testing::Test {
 protected:
  void SetUp() override {
    ::signal(SIGPIPE, SIG_IGN);
    target_ = kind_.target(folder_);
    ASSERT_NE(target_, nullptr);
  }
  std::unique_ptr<Running> start(const std::string& lines, ProgramRun run = {}) {
    run.program = folder_.program(lines);
    auto running = target_->start(run);
    if (!running) ADD_FAILURE() << running.error().problem << ": " << running.error().detail;
    return running ? *std::move(running) : nullptr;
  }
  Folder folder_;
  Kind kind_;
  std::unique_ptr<Target> target_;
};

using Kinds = ::testing::Types<Mounted, OverSsh>;
TYPED_TEST_SUITE(TargetContract, Kinds);

TYPED_TEST(TargetContract, CarriesArgumentsStreamsAndTheExitCode) {
  ProgramRun run;
  run.arguments = {"one", "two words", "it's"};
  const auto running = this->start("printf '%s|' \"$@\"; echo words >&2; exit 5", run);
  const Heard all = hear_all(*running);
  EXPECT_EQ(all.out, "one|two words|it's|");
  EXPECT_EQ(all.messages, "words\n");
  ASSERT_TRUE(all.ending);
  EXPECT_EQ(all.ending->exit_code, 5);
  EXPECT_EQ(all.ending->signal, 0);
}

TYPED_TEST(TargetContract, TellsTheSignalThatEndedIt) {
  const auto running = this->start("kill -SEGV $$");
  EXPECT_EQ(hear_all(*running).ending->signal, SIGSEGV);
}

TYPED_TEST(TargetContract, WithoutInputItsStdinIsAtItsEnd) {
  const auto running = this->start("cat; echo end");
  EXPECT_EQ(hear_all(*running).out, "end\n");
}

TYPED_TEST(TargetContract, TalksLineByLine) {
  ProgramRun run;
  run.input = true;
  const auto running =
      this->start("while read -r line; do printf 'you said %s\\n' \"$line\"; done; echo bye", run);
  Lines lines(*running);
  for (const std::string word : {"a", "{\"b\": \"c\\n\"}"}) {
    ASSERT_TRUE(lines.send(word, in(seconds(10))));
    EXPECT_EQ(lines.receive(in(seconds(10))).value_or("nothing"), "you said " + word);
  }
  ASSERT_TRUE(running->end_input());
  EXPECT_EQ(lines.receive(in(seconds(10))).value_or("nothing"), "bye");
  EXPECT_EQ(lines.receive(in(seconds(10))).error().problem, "program-ended");
}

TYPED_TEST(TargetContract, WhatIsSaidToAProgramThatHasEndedIsLostAndItsEndIsHeard) {
  ProgramRun run;
  run.input = true;
  const auto running = this->start("echo last; exit 3", run);
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(running->send(std::string(10'000, 'x'), in(seconds(10))));
  ASSERT_TRUE(running->end_input());
  const Heard all = hear_all(*running);
  EXPECT_EQ(all.out, "last\n");
  EXPECT_EQ(all.ending->exit_code, 3);
}

TYPED_TEST(TargetContract, AnAnswerThatDoesNotComeIsTold) {
  ProgramRun run;
  run.input = true;
  const auto running = this->start("exec sleep 1000", run);
  Lines lines(*running);
  EXPECT_EQ(lines.receive(in(seconds(1))).error().problem, "program-silent");
}

TYPED_TEST(TargetContract, HearingWaitsNoLongerThanItsTime) {
  const auto running = this->start("exec sleep 1000");
  const auto begun = testing::steady_clock::now();
  const auto heard = running->hear(in(seconds(1)));
  ASSERT_TRUE(heard) << heard.error().detail;
  EXPECT_TRUE(heard->out.empty() && heard->messages.empty() && !heard->ending);
  EXPECT_LT(testing::steady_clock::now() - begun, seconds(5));
}

TYPED_TEST(TargetContract, CarriesMuchInBothDirections) {
  ProgramRun run;
  run.input = true;
  const auto running = this->start("head -c 3000000 /dev/zero | tr '\\0' x; wc -c", run);
  std::size_t came = 0;
  while (came < 3'000'000) came += running->hear(in(seconds(20))).value().out.size();
  EXPECT_EQ(came, 3'000'000U);
  ASSERT_TRUE(running->send(std::string(2'000'000, 'y'), in(seconds(20))));
  ASSERT_TRUE(running->end_input());
  EXPECT_EQ(std::stoi(hear_all(*running).out), 2'000'000);
}

TYPED_TEST(TargetContract, WhenTheObjectGoesTheProgramIsGone) {
  auto running = this->start("echo $$; exec sleep 1000");
  const pid_t program = std::stoi(running->hear(in(seconds(10))).value().out);
  ASSERT_FALSE(is_over(program));
  running.reset();
  EXPECT_TRUE(is_over(program));
}

TYPED_TEST(TargetContract, WhatItForkedEndsWithIt) {
  const auto running = this->start("sleep 1000 & echo $!");
  const pid_t forked = std::stoi(hear_all(*running).out);
  EXPECT_TRUE(testing::wait_until([&] { return is_over(forked); }));
}

TYPED_TEST(TargetContract, RunsLastAndInACleanEnvironment) {
  ::setenv("RESCUE_SECRET", "s3cret", 1);
  const auto running = this->start("env; nice; pwd; umask");
  ::unsetenv("RESCUE_SECRET");
  const Heard all = hear_all(*running);
  EXPECT_EQ(all.out.find("s3cret"), std::string::npos);
  EXPECT_NE(all.out.find("TZ=UTC\n"), std::string::npos);
  EXPECT_NE(all.out.find("\n/\n0077\n"), std::string::npos) << all.out;
}

TYPED_TEST(TargetContract, AProgramThatIsNotThereIsTold) {
  ProgramRun run;
  run.program = this->folder_.path("nowhere");
  EXPECT_EQ(this->target_->start(run).error().problem, "probe-not-started");
}

}  // namespace
}  // namespace rescue::target
