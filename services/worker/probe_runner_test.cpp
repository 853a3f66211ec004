#include "probe_runner.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <sys/wait.h>

#include <csignal>

#include "rescue/target/mounted_target.hpp"
#include "testing.hpp"

namespace rescue::worker {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::Folder;
using testing::read_file;

class ProbeRunnerTest : public ::testing::Test {
 protected:
  ProbeCommand command(const std::string& lines) {
    ProbeCommand out;
    out.program = folder_.script("probe", lines);
    out.arguments = {"investigate", "--root", "/", "--out", folder_.path("out")};
    out.limits.wall = seconds(60);
    return out;
  }
  Result<std::string> run(const std::string& lines) {
    return run_probe(target_, command(lines), stop_, log());
  }
  const log::Logger& log() { return log_; }
  std::string logged() { return read_file(folder_.path("log")); }
  std::string out() { return read_file(folder_.path("out")); }

  Folder folder_;
  target::MountedTarget target_{"/"};
  StopSignal stop_;
  SystemClock clock_;
  UniqueFd log_file_{::open(folder_.path("log").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600)};
  log::Logger log_{{.service = "worker", .fd = log_file_.get(), .minimum = log::Level::kDebug}, clock_};
};

/// The process is gone, or only waits to be reaped by whoever inherited it.
bool is_over(pid_t pid) {
  const std::string stat = read_file("/proc/" + std::to_string(pid) + "/stat");
  const auto name_end = stat.rfind(')');
  return name_end == std::string::npos || stat.substr(name_end + 2, 1) == "Z";
}

TEST_F(ProbeRunnerTest, RunsTheProgramWithItsArguments) {
  ASSERT_TRUE(run("printf '%s ' \"$@\" > \"$OUT\""));
  EXPECT_EQ(out(), "investigate --root / --out " + folder_.path("out") + " ");
}

TEST_F(ProbeRunnerTest, ReturnsWhatItWritesToStdout) {
  EXPECT_EQ(run("echo document").value(), "document\n");
  ProbeCommand flooding = command("exec cat /dev/zero");
  flooding.limits.output_bytes = 1'000'000;
  EXPECT_EQ(run_probe(target_, flooding, stop_, log()).error().problem, "probe-output-too-large");
}

TEST_F(ProbeRunnerTest, GivesItACleanEnvironmentAndLimits) {
  ::setenv("RESCUE_SECRET", "s3cret", 1);
  ASSERT_TRUE(
      run("env > \"$OUT\"; ulimit -c >> \"$OUT\"; nice >> \"$OUT\"; pwd >> \"$OUT\"; umask >> \"$OUT\";"
          "readlink /proc/self/fd/0 >> \"$OUT\"; ls /proc/self/fd | wc -l >> \"$OUT\";"
          "grep NoNewPrivs /proc/self/status >> \"$OUT\""));
  ::unsetenv("RESCUE_SECRET");
  const std::string seen = out();
  EXPECT_EQ(seen.find("s3cret"), std::string::npos);
  EXPECT_NE(seen.find("PATH=/usr/bin:/bin\n"), std::string::npos);
  EXPECT_NE(seen.find("\n0\n10\n/\n0077\n/dev/null\n4\n"), std::string::npos) << seen;
  EXPECT_NE(seen.find("NoNewPrivs:\t1"), std::string::npos);
}

TEST_F(ProbeRunnerTest, ReportsItsExitCodeAndLastWords) {
  const auto ended = run("echo 'first' >&2; echo 'cannot read the root' >&2; exit 3");
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().problem, "probe-failed");
  EXPECT_EQ(ended.error().detail, "the probe ended with exit code 3; its last words: cannot read the root");
  EXPECT_NE(logged().find("\"text\":\"first\""), std::string::npos);
}

TEST_F(ProbeRunnerTest, ReportsACrash) {
  EXPECT_EQ(run("kill -SEGV $$").error().problem, "probe-crashed");
}

TEST_F(ProbeRunnerTest, EndsOneThatHangs) {
  ProbeCommand hanging = command("exec sleep 1000");
  hanging.limits.wall = seconds(1);
  const auto ended = run_probe(target_, hanging, stop_, log());
  EXPECT_EQ(ended.error().problem, "probe-timed-out");
  EXPECT_EQ(ended.error().code, ErrorCode::kTimeout);
}

TEST_F(ProbeRunnerTest, EndsOneThatBurnsItsProcessorTime) {
  ProbeCommand burning = command("while :; do :; done");
  burning.limits.cpu = seconds(1);
  EXPECT_EQ(run_probe(target_, burning, stop_, log()).error().problem, "probe-timed-out");
}

TEST_F(ProbeRunnerTest, EndsOneThatWritesWithoutEnd) {
  ProbeCommand writing = command("exec cat /dev/zero > \"$OUT\"");
  writing.limits.output_bytes = 1'000'000;
  EXPECT_EQ(run_probe(target_, writing, stop_, log()).error().problem, "probe-output-too-large");
  EXPECT_LE(out().size(), 1'000'000U);
}

TEST_F(ProbeRunnerTest, HoldsItToItsMemory) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "a sanitizer needs more address space than any limit leaves";
#endif
  ProbeCommand hungry = command("x=$(head -c 300000000 /dev/zero | tr '\\0' x); printf %s ${#x} > \"$OUT\"");
  hungry.limits.memory_bytes = 64ULL << 20U;
  EXPECT_FALSE(run_probe(target_, hungry, stop_, log()));
  EXPECT_NE(out(), "300000000");
}

TEST_F(ProbeRunnerTest, GrandchildrenEndWithIt) {
  ASSERT_TRUE(run("sleep 1000 & echo $! > \"$OUT\""));
  const pid_t grandchild = std::stoi(out());
  // The kill is sent before run_probe returns; the kernel carries it out in its own time.
  for (int i = 0; i < 2'000 && !is_over(grandchild); ++i) ::usleep(5'000);
  EXPECT_TRUE(is_over(grandchild));
}

TEST_F(ProbeRunnerTest, DoesNotWaitForAGrandchildThatLeftTheGroupAndHoldsThePipe) {
  const auto ended = run("setsid sleep 30 & echo $! > \"$OUT\"");
  EXPECT_TRUE(ended);
  ::kill(std::stoi(out()), SIGKILL);
}

TEST_F(ProbeRunnerTest, BoundsAndEscapesWhatItSays) {
  ASSERT_TRUE(run(
      "printf 'a\\033[31mred\\n' >&2; head -c 3000000 /dev/zero | tr '\\0' 'x' >&2; echo done > \"$OUT\""));
  EXPECT_EQ(out(), "done\n") << "it never blocks on a full pipe";
  const std::string lines = logged();
  EXPECT_EQ(lines.find('\x1b'), std::string::npos);
  EXPECT_NE(lines.find("probe.messages_cut"), std::string::npos);
  EXPECT_LT(lines.size(), 100'000U);
}

TEST_F(ProbeRunnerTest, ProgressIsTakenOutOfWhatItSays) {
  ProbeCommand telling = command(
      R"(printf '{"progress":{"bytes":10,"planned_bytes":40}}\nwords\n{"progress":7}\n' >&2)"
      R"(; printf '{"progress":{"bytes":50,"planned_bytes":-1,"findings":{"critical":2,"high":"x"}}}\n' >&2)");
  std::optional<ProbeProgress> last;
  telling.on_progress = [&](const ProbeProgress& progress) { last = progress; };
  ASSERT_TRUE(run_probe(target_, telling, stop_, log()));
  ASSERT_TRUE(last);
  EXPECT_EQ(last->bytes, 50);
  EXPECT_EQ(last->planned_bytes, 50) << "never less than what was read";
  ASSERT_TRUE(last->findings);
  EXPECT_EQ(last->findings->critical, 2);
  EXPECT_EQ(last->findings->high, 0);
  EXPECT_NE(logged().find("words"), std::string::npos);
  EXPECT_NE(logged().find("progress"), std::string::npos) << "a line of another form is a message";
  EXPECT_EQ(logged().find("planned_bytes"), std::string::npos);
}

TEST_F(ProbeRunnerTest, ACancelledOneIsKilled) {
  ProbeCommand hanging = command("exec sleep 1000");
  hanging.tick = milliseconds(10);
  hanging.on_tick = [&] { stop_.raise(StopSignal::Reason::kCancelled); };
  EXPECT_EQ(run_probe(target_, hanging, stop_, log()).error().problem, "job-cancelled");
}

TEST_F(ProbeRunnerTest, TheFirstReasonToStopCounts) {
  stop_.raise(StopSignal::Reason::kStopping);
  stop_.raise(StopSignal::Reason::kCancelled);
  EXPECT_EQ(run("exec sleep 1000").error().problem, "worker-stopping");
}

TEST_F(ProbeRunnerTest, SaysWhyAProgramCannotBeStarted) {
  ProbeCommand missing = command("");
  missing.program = folder_.path("nowhere");
  const auto ended = run_probe(target_, missing, stop_, log());
  EXPECT_EQ(ended.error().problem, "probe-not-started");
  EXPECT_NE(ended.error().detail.find("No such file"), std::string::npos) << ended.error().detail;
}

TEST_F(ProbeRunnerTest, DiesWithTheProcessThatStartedIt) {
  const ProbeCommand hanging = command("echo $$ > \"$OUT\"; exec sleep 1000");
  const pid_t worker = ::fork();
  if (worker == 0) {
    StopSignal own;
    [[maybe_unused]] const auto ended = run_probe(target_, hanging, own, log());
    ::_exit(0);
  }
  while (out().find('\n') == std::string::npos) ::usleep(5'000);
  const pid_t probe = std::stoi(out());
  ::kill(worker, SIGKILL);
  int status = 0;
  ::waitpid(worker, &status, 0);
  for (int i = 0; i < 2'000 && !is_over(probe); ++i) ::usleep(5'000);
  EXPECT_TRUE(is_over(probe));
}

}  // namespace
}  // namespace rescue::worker
