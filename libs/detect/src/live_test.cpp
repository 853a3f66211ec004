#include "rescue/detect/live.hpp"

#include <gtest/gtest.h>

#include "live_example.hpp"
#include "mini_root.hpp"

namespace rescue::detect {
namespace {

/// The document of such a server. `caller` is added to what is handed in with it.
Json investigated(const Json& example, LiveInput (*with)(const evidence::LiveSnapshot&) = nullptr) {
  MiniRoot disk;
  disk.lay_out(disk_of_live_example(example), parse_rfc3339("2026-01-01T00:00:00Z").value());
  evidence::Gaps gaps;
  const auto bytes = live_example(example);
  const auto snapshot = evidence::LiveSnapshot::decode(bytes, gaps);
  EXPECT_TRUE(gaps.empty());
  const auto input = with == nullptr ? LiveInput{snapshot} : with(snapshot);
  const auto root = evidence::SafeRoot::open(disk.directory());
  return investigate(*root, {}, &input).document;
}

std::set<std::string> rules_of(const Json& document, std::string_view least = "info") {
  static const std::vector<std::string> order = {"info", "low", "medium", "high", "critical"};
  const auto rank = [&](std::string_view severity) {
    return std::find(order.begin(), order.end(), severity);
  };
  std::set<std::string> rules;
  for (const auto& finding : document.at("findings")) {
    if (rank(finding.at("severity").get<std::string>()) >= rank(least))
      rules.insert(finding.at("rule").get<std::string>());
  }
  return rules;
}

const Json& finding_of(const Json& document, std::string_view rule) {
  for (const auto& finding : document.at("findings"))
    if (finding.at("rule") == rule) return finding;
  throw std::logic_error("no such finding");
}

class EveryLiveRule : public testing::TestWithParam<std::string> {};

TEST_P(EveryLiveRule, FiresOnItsExamplesAndOnNothingElseOfThem) {
  const auto& rule = live_rules().rule(GetParam());
  for (const auto& example : rule.must_fire)
    EXPECT_TRUE(rules_of(investigated(example)).contains(rule.id)) << dump_json(example);
  for (const auto& example : rule.must_not_fire)
    EXPECT_FALSE(rules_of(investigated(example)).contains(rule.id)) << dump_json(example);
}

std::vector<std::string> rule_ids() {
  std::vector<std::string> ids;
  for (const auto& rule : live_rules().all()) ids.push_back(rule.id);
  return ids;
}

INSTANTIATE_TEST_SUITE_P(Shipped, EveryLiveRule, testing::ValuesIn(rule_ids()),
                         [](const auto& info) { return info.param.substr(info.param.find('.') + 1); });

Json process(int pid, int parent, const std::string& exe, const std::vector<std::string>& arguments,
             int uid = 0) {
  return {{"pid", pid}, {"parent", parent}, {"exe", exe}, {"arguments", arguments}, {"uid", uid}};
}

/// sshd with a session, a web server, cron, parts of the kernel, a container: what everyday servers run.
Json busy_server() {
  Json processes = {
      process(1, 0, "/usr/lib/systemd/systemd", {"/sbin/init"}),
      process(700, 1, "/usr/sbin/sshd", {"sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups"}),
      process(710, 700, "/usr/sbin/sshd", {"sshd: u [priv]"}),
      process(711, 710, "/usr/sbin/sshd", {"sshd: u@pts/0"}, 1000),
      process(712, 711, "/usr/bin/bash", {"-bash"}, 1000),
      process(800, 1, "/usr/sbin/apache2", {"/usr/sbin/apache2", "-k", "start"}),
      process(801, 800, "/usr/sbin/apache2", {"/usr/sbin/apache2", "-k", "start"}, 33),
      process(802, 801, "/usr/bin/dash", {"sh", "-c", "convert a.png b.png"}, 33),
      process(810, 1, "/usr/sbin/cron (deleted)", {"/usr/sbin/cron", "-f"}),
      process(820, 1, "/app/server", {"/app/server"}, 101)};
  processes.push_back({{"pid", 2}, {"parent", 0}, {"name", "kthreadd"}, {"kernel", true}});
  processes.push_back({{"pid", 12}, {"parent", 2}, {"name", "kworker/0:1"}, {"kernel", true}});
  processes.at(9)["root_id"] = "1:77";
  return {{"processes", processes},
          {"files", {{"/usr/sbin/cron", "ELF of the update"}}},
          {"tcp",
           {{{"local", "0.0.0.0:22"}, {"state", "listen"}, {"inode", 50}, {"holder", 700}},
            {{"local", "0.0.0.0:80"}, {"state", "listen"}, {"inode", 51}, {"holder", 800}},
            {{"local", "0.0.0.0:8080"}, {"state", "listen"}, {"inode", 52}, {"holder", 820}}}},
          {"utmp", {{"u", "pts/0", 711}}},
          {"modules", "ext4 1000 1 - Live 0x0\n"},
          {"module_folders", {"ext4"}},
          {"mounts", {{"/", "/", "ext4", "/dev/vda1"}, {"/", "/proc", "proc", "proc"}}}};
}

TEST(Live, AccusesNobodyOnABusyServer) {
  const auto document = investigated(busy_server());
  EXPECT_EQ(rules_of(document, "low"), std::set<std::string>{});
  EXPECT_TRUE(rules_of(document).contains("live.replaced_program"));
  const auto& gaps = document.at("gaps");
  EXPECT_TRUE(std::any_of(gaps.begin(), gaps.end(), [](const Json& gap) {
    return gap.at("reason").get<std::string>().starts_with("1 processes see another disk");
  }));
}

TEST(Live, AHiddenProcessOrAReverseShellConfirmsABreakIn) {
  for (const auto* rule :
       {"live.hidden_process", "live.reverse_shell", "live.piped_shell", "live.kernel_thread_name"}) {
    const auto document = investigated(live_rules().rule(rule).must_fire.front());
    EXPECT_EQ(document.at("verdict").at("intrusion").at("state"), "confirmed") << rule;
  }
}

TEST(Live, OneDeletedProgramAloneSpeaksAgainstNobody) {
  const auto document = investigated(live_rules().rule("live.deleted_program").must_fire.front());
  EXPECT_EQ(rules_of(document, "medium"), std::set<std::string>{});
}

TEST(Live, NamesTheProbeItsSessionAndItsFolderAsOurs) {
  Json example = busy_server();
  auto& processes = example["processes"];
  example["own_pid"] = 720;
  processes.push_back(
      process(720, 712, "/var/tmp/.rescue-1/rescue-probe", {"./rescue-probe", "investigate"}));
  processes.push_back(process(721, 1, "/var/tmp/.rescue-1/rescue-responder", {"./rescue-responder"}));
  example["files"]["/var/tmp/.rescue-1/rescue-probe"] = "ELF look-alike";
  const auto ours = [](const evidence::LiveSnapshot& snapshot) {
    return LiveInput{.snapshot = snapshot, .own_folder = "/var/tmp/.rescue-1"};
  };
  const auto document = investigated(example, ours);
  EXPECT_EQ(rules_of(document, "low"), std::set<std::string>{});
  std::size_t count = 0;
  for (const auto& one : document.at("live").at("processes")) count += one.value("ours", false) ? 1 : 0;
  EXPECT_EQ(count, 5U);  // its shell and log-in too, but not the sshd that takes all of them
}

TEST(Live, ShowsWhatRunsWithoutSecrets) {
  Json example = busy_server();
  example["processes"].push_back(process(
      950, 1, "/usr/bin/perl", {"perl", "job", "--password=hunter2", "https://u:hunter2@example.net/"}));
  const auto document = investigated(example);
  const auto text = dump_json(document);
  EXPECT_EQ(text.find("hunter2"), std::string::npos);
  const auto& live = document.at("live");
  EXPECT_EQ(live.at("listeners").size(), 3U);
  EXPECT_EQ(live.at("listeners").at(0).at("program"), "/usr/sbin/sshd");
  EXPECT_EQ(live.at("listeners").at(0).at("package"), "base");
  EXPECT_EQ(live.at("logins").at(0).at("account"), "u");
  EXPECT_EQ(live.at("uptime_s"), 86'400);
  EXPECT_EQ(live.at("container"), false);
}

TEST(Live, ToldTheCallersClockItSaysHowFarAheadTheServersIs) {
  const auto clock = [](const evidence::LiveSnapshot& snapshot) {
    return LiveInput{.snapshot = snapshot,
                     .caller_clock = from_us((1'790'000'000LL + 86'400 - 90) * 1'000'000)};
  };
  EXPECT_EQ(investigated(busy_server(), clock).at("live").at("clock_ahead_s"), 90);
}

TEST(Live, AnOrdinaryUsersViewIsAGraveGap) {
  Json example = busy_server();
  example["effective_uid"] = 1000;
  example["refused"] = 9;
  const auto document = investigated(example);
  EXPECT_EQ(document.at("verdict").at("intrusion").at("state"), "undetermined");
}

TEST(Live, AProgramWithinAContainerIsNotHeldAgainstTheHostsPackages) {
  Json example = busy_server();
  Json inside = process(960, 1, "/tmp/run (deleted)", {"[x]"}, 0);
  inside["root_id"] = "1:77";
  example["processes"].push_back(inside);
  EXPECT_EQ(rules_of(investigated(example), "low"), std::set<std::string>{});
}

TEST(Live, TellsTheContainerThatAReverseShellIsIn) {
  auto example = live_rules().rule("live.piped_shell").must_fire.front();
  for (auto& process : example["processes"])
    if (process["pid"] == 901) process.update({{"root_id", "1:77"}, {"cgroup", "/lxc.payload.shop/x"}});
  const auto document = investigated(example);
  const auto& finding = finding_of(document, "live.piped_shell");
  EXPECT_EQ(finding.at("severity"), "high");
  EXPECT_NE(finding.at("evidence").at(0).at("excerpt").get<std::string>().find("container shop"),
            std::string::npos);
  const auto& processes = document.at("live").at("processes");
  EXPECT_EQ(std::ranges::count_if(processes,
                                  [](const Json& one) { return one.value("container_name", "") == "shop"; }),
            1);
}

TEST(Live, AServiceThatShutsItselfIntoAFolderIsNoContainer) {
  Json example = busy_server();
  Json inside = process(960, 1, "/tmp/run", {"run"}, 0);
  inside["root_id"] = "1:78";
  inside["chroot"] = true;
  example["processes"].push_back(inside);
  EXPECT_TRUE(rules_of(investigated(example)).contains("live.odd_place_program"));
}

TEST(Live, TellsTheConnectionOfAReverseShell) {
  const auto document = investigated(live_rules().rule("live.reverse_shell").must_fire.front());
  const auto& finding = finding_of(document, "live.reverse_shell");
  EXPECT_EQ(finding.at("address"), "198.51.100.7");
  EXPECT_EQ(finding.at("severity"), "critical");
  EXPECT_NE(finding.at("evidence").at(1).at("excerpt").get<std::string>().find("198.51.100.7:4444"),
            std::string::npos);
}

TEST(Live, WithoutARunningServerTheDocumentHasNoSuchPart) {
  MiniRoot disk;
  disk.lay_out(disk_of_live_example(Json::object()), parse_rfc3339("2026-01-01T00:00:00Z").value());
  EXPECT_FALSE(disk.investigate().contains("live"));
}

}  // namespace
}  // namespace rescue::detect
