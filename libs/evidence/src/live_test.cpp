#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "live_diagnosis.hpp"
#include "live_take_hidden.hpp"
#include "live_take_process.hpp"
#include "rescue/evidence/live_state.hpp"
#include "rescue/evidence/live_take.hpp"
#include "temp_tree.hpp"

namespace rescue::evidence {
namespace {

using std::string_literals::operator""s;

/// A folder that stands for a running server's root, and what is taken of it.
class LiveTest : public testing::Test {
 protected:
  LiveTest() {
    how_.root = tree_.real("");
    how_.between_looks = std::chrono::milliseconds(0);
    tree_.write("/proc/stat", "cpu 1\nbtime 1790000000\n");
    tree_.write("/proc/uptime", "86400.12 1.00\n");
    tree_.write("/proc/sys/kernel/pid_max", "400\n");
  }
  void put_process(int pid, const std::string& name, int process_of_it = 0) {
    const auto number = std::to_string(pid);
    const auto folder = "/proc/" + number + "/";
    tree_.write(folder + "stat",
                number + " (" + name + ") S 1 1 1 0 -1 4194304 0 0 0 0 5 6 0 0 20 0 1 0 4200 1 1\n");
    tree_.write(folder + "status", "Name:\t" + name + "\nTgid:\t" +
                                       std::to_string(process_of_it > 0 ? process_of_it : pid) +
                                       "\nUid:\t33\t0\t33\t33\n");
  }
  LiveState taken() {
    LiveWriter writer({memory_.data(), memory_.size()}, used_);
    EXPECT_TRUE(take_live(how_, writer));
    snapshot_ = LiveSnapshot::decode(std::string_view(memory_).substr(0, used_), gaps_);
    return read_live(
        snapshot_, [](const std::string&) { return true; }, gaps_);
  }
  std::vector<int> hidden() {
    std::vector<int> out;
    for (const auto& [pid, process] : taken().processes)
      if (!process.hidden.empty()) out.push_back(pid);
    return out;
  }

  TempTree tree_;
  LiveTaking how_;
  std::string memory_ = std::string(1 << 20, '\0');
  std::uint64_t used_ = 0;
  LiveSnapshot snapshot_;
  Gaps gaps_;
};

TEST_F(LiveTest, TakesWhatAProcessIs) {
  put_process(12, "a (odd) name");
  tree_.write("/proc/12/cmdline", "perl\0-e\0x\0"s);
  tree_.write("/proc/12/environ", "SECRET=hunter2\0LD_PRELOAD=/tmp/x.so\0PATH=/bin\0"s);
  tree_.write("/proc/12/maps",
              "1-2 r-xp 0 08:01 5   /usr/lib/a\\040b.so\n1-2 rw-p 0 08:01 5   /usr/lib/data.so\n1-2 r-xp 0 "
              "00:00 0 \n");
  tree_.link("/proc/12/exe", "/opt/run (deleted)");
  tree_.link("/proc/12/fd/0", "socket:[77]");
  tree_.link("/proc/12/fd/1", "/tmp/a\n0 socket:[99]");
  const auto state = taken();
  const auto& process = state.processes.at(12);
  EXPECT_EQ(process.name, "a (odd) name");
  EXPECT_EQ(process.uid, 33U);
  EXPECT_EQ(process.effective_uid, 0U);
  EXPECT_EQ(process.cpu_ticks, 11U);
  EXPECT_EQ(process.started, from_us((1'790'000'000LL + 42) * 1'000'000));
  EXPECT_EQ(process.command, "perl -e x");
  EXPECT_EQ(process.program, "/opt/run");
  EXPECT_TRUE(process.program_deleted);
  EXPECT_EQ(process.libraries, std::vector<std::string>{"/usr/lib/a b.so"});
  EXPECT_EQ(process.environment, (std::map<std::string, std::string>{{"LD_PRELOAD", "/tmp/x.so"}}));
  ASSERT_EQ(process.descriptors.size(), 2U) << "a name with a newline is no line";
  EXPECT_EQ(process.descriptor(0)->inode, 77U);
  EXPECT_EQ(memory_.find("hunter2"), std::string::npos) << "secrets are not even taken";
}

TEST_F(LiveTest, FindsAProcessThatTheListLeavesOut) {
  put_process(12, "seen");
  how_.answers = [](std::int32_t pid) { return pid == 12 || pid == 300; };
  EXPECT_EQ(hidden(), std::vector<int>{300});
}

TEST_F(LiveTest, ThreadsAreNoHiddenProcesses) {
  put_process(12, "seen");
  tree_.write("/proc/12/task/13/stat", "");
  // Threads answer and have a folder that no list shows; this folder shows 14, which its status tells of.
  how_.answers = [](std::int32_t pid) { return pid == 12 || pid == 13; };
  EXPECT_EQ(hidden(), std::vector<int>{});
}

TEST_F(LiveTest, OneThatEndsWhileWeLookIsNoHiddenProcess) {
  int asked = 0;
  how_.answers = [&](std::int32_t pid) { return pid == 300 && ++asked < 3; };
  EXPECT_EQ(hidden(), std::vector<int>{});
}

TEST_F(LiveTest, OneThatBeginsWhileWeLookIsNoHiddenProcess) {
  how_.answers = [&](std::int32_t pid) {
    if (pid == 300) put_process(300, "new");
    return pid == 300;
  };
  EXPECT_EQ(hidden(), std::vector<int>{});
}

TEST_F(LiveTest, WhoIsShownOnlyTheirOwnProcessesAccusesNoneOfTheOthers) {
  tree_.write("/proc/self/mountinfo", "22 1 0:5 / /proc rw - proc proc rw,hidepid=invisible\n");
  how_.effective_uid = 1000;
  how_.answers = [](std::int32_t pid) { return pid == 300; };
  EXPECT_EQ(hidden(), std::vector<int>{});
  ASSERT_FALSE(gaps_.empty());
  EXPECT_TRUE(gaps_.back().grave);
}

TEST(LiveTake, TheRealServerHidesNothingAndShowsOurselves) {
  std::string memory(64 << 20, '\0');
  std::uint64_t used = 0;
  LiveWriter writer({memory.data(), memory.size()}, used);
  const auto channel = open_socket_diagnosis();
  const LiveTaking how{
      .effective_uid = 0, .own_pid = ::getpid(), .answers = kernel_knows, .socket_diagnosis = channel.get()};
  ASSERT_TRUE(take_live(how, writer));
  Gaps gaps;
  const auto snapshot = LiveSnapshot::decode(std::string_view(memory).substr(0, used), gaps);
  const auto state = read_live(
      snapshot, [](const std::string&) { return true; }, gaps);
  ASSERT_TRUE(state.processes.contains(::getpid()));
  EXPECT_NE(state.processes.at(::getpid()).program.find("evidence_test"), std::string::npos);
  for (const auto& [pid, process] : state.processes) EXPECT_EQ(process.hidden, "") << pid;
  EXPECT_TRUE(state.sockets.unlisted.empty());
}

TEST(LiveTake, TheKernelTellsOfASocketThatListens) {
  const UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in place{};
  place.sin_family = AF_INET;
  place.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(place);
  ASSERT_EQ(::bind(socket.get(), reinterpret_cast<sockaddr*>(&place), size), 0);
  ASSERT_EQ(::listen(socket.get(), 1), 0);
  ASSERT_EQ(::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&place), &size), 0);
  const auto channel = open_socket_diagnosis();
  ASSERT_TRUE(channel);
  const auto told = parse_diagnosis(ask_for_sockets(channel.get()));
  EXPECT_TRUE(std::any_of(told.begin(), told.end(), [&](const LiveSocket& one) {
    return one.port == ntohs(place.sin_port) && one.address == "127.0.0.1" && one.listens() && one.inode != 0;
  }));
}

TEST(LiveSockets, ReadsBothVersionsOfAddresses) {
  LiveSockets out;
  parse_socket_table(
      "heads\n"
      "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000    33        0 123 1 0 "
      "100 0\n"
      "   1: 00000000000000000000000001000000:0016 0000000000000000FFFF00000771A8C0:C350 01 0:0 00:0 0 0 0 "
      "124 1\n",
      "tcp6", "net:[1]", out);
  ASSERT_EQ(out.sockets.size(), 2U);
  EXPECT_EQ(out.sockets[0].address, "127.0.0.1");
  EXPECT_EQ(out.sockets[0].port, 8080);
  EXPECT_TRUE(out.sockets[0].listens());
  EXPECT_EQ(out.sockets[0].inode, 123U);
  EXPECT_EQ(out.sockets[0].uid, 33U);
  EXPECT_EQ(out.sockets[1].address, "::1");
  EXPECT_EQ(out.sockets[1].peer, "192.168.113.7");
  EXPECT_TRUE(out.sockets[1].connected());
}

TEST(LiveSystem, AModuleThatCameOrWentBetweenTheLooksIsNotHidden) {
  std::string memory(4096, '\0');
  std::uint64_t used = 0;
  LiveWriter writer({memory.data(), memory.size()}, used);
  writer.text("/proc/modules", "went 1 0 - Live 0x0\nstays 1 0 - Live 0x0 (OE)\n");
  writer.text(live_path::kModules, "went\nstays\ncame\nhides\n");
  writer.text("again/modules", "stays 1 0 - Live 0x0 (OE)\ncame 1 0 - Live 0x0\n");
  Gaps gaps;
  LiveSystem out;
  parse_modules(LiveSnapshot::decode(std::string_view(memory).substr(0, used), gaps), out);
  std::set<std::string> hidden;
  for (const auto& module : out.modules)
    if (module.listed != module.has_folder) hidden.insert(module.name);
  EXPECT_EQ(hidden, std::set<std::string>{"hides"});
  EXPECT_TRUE(out.modules_seen);
}

TEST(LiveSystem, ReadsMountsWithBlanksInTheirNames) {
  const auto mounts =
      parse_mounts("22 1 8:1 /a\\040b /proc/9 rw,nosuid shared:1 master:2 - ext4 /dev/vda1 rw\nbad line\n");
  ASSERT_EQ(mounts.size(), 1U);
  EXPECT_EQ(mounts[0].root, "/a b");
  EXPECT_EQ(mounts[0].at, "/proc/9");
  EXPECT_EQ(mounts[0].type, "ext4");
}

TEST(LiveSnapshot, KeepsWholeRecordsAndTellsTheRest) {
  std::string memory(100, '\0');
  std::uint64_t used = 0;
  LiveWriter writer({memory.data(), memory.size()}, used);
  EXPECT_TRUE(writer.text("/proc/1/stat", "x"));
  EXPECT_FALSE(writer.text("/proc/2/stat", std::string(200, 'y')));
  EXPECT_EQ(writer.left_out(), 1U);
  Gaps gaps;
  const auto snapshot = LiveSnapshot::decode(std::string_view(memory).substr(0, used), gaps);
  EXPECT_EQ(snapshot.bytes("/proc/1/stat"), "x");
  EXPECT_EQ(snapshot.numbers_below("/proc/"), std::vector<std::int32_t>{1});
  EXPECT_TRUE(gaps.empty());
  LiveSnapshot::decode(std::string_view(memory).substr(0, used - 1), gaps);
  EXPECT_EQ(gaps.size(), 1U);
}

TEST(Live, NamesAContainerByItsGroup) {
  const std::string id(64, 'a');
  EXPECT_EQ(container_of("0::/system.slice/docker-" + id + ".scope"), "aaaaaaaaaaaa");
  EXPECT_EQ(container_of("4:memory:/docker/" + id), "aaaaaaaaaaaa");
  EXPECT_EQ(container_of("0::/lxc.payload.web/system.slice/cron.service"), "web");
  EXPECT_EQ(container_of("0::/machine.slice/systemd-nspawn@shop.service/payload"), "shop");
  EXPECT_EQ(container_of("0::/machine.slice/machine-shop.scope"), "shop");
  EXPECT_EQ(container_of("0::/kubepods.slice/kubepods-pod1.slice/cri-containerd-" + id + ".scope"),
            "aaaaaaaaaaaa");
  EXPECT_EQ(container_of("0::/system.slice/ssh.service"), "");
}

}  // namespace
}  // namespace rescue::evidence
