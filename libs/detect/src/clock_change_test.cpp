// What happens over a change of the clocks stands in the timeline with the offset of its own moment.
#include <gtest/gtest.h>

#include "mini_root.hpp"

namespace rescue::detect {
namespace {

/// A zone that is its rule alone (RFC 8536, version 2, no transitions).
std::string zone_of(const std::string& rule) {
  const auto number = [](int value) { return std::string(3, '\0') + static_cast<char>(value); };
  std::string out;
  for (int part = 0; part < 2; ++part) {
    out += "TZif2" + std::string(15, '\0');
    for (const int count : {0, 0, 0, 0, 1, 4}) out += number(count);
    out += number(0) + std::string(2, '\0') + std::string("ABC\0", 4);
  }
  return out + "\n" + rule + "\n";
}

std::string line(const std::string& local, int pid, const std::string& message) {
  return "Oct 25 " + local + " web01 sshd[" + std::to_string(pid) + "]: " + message + "\n";
}

TEST(ClockChange, TheTimelineShowsEachMomentsOwnOffset) {
  MiniRoot root;
  root.write("/etc/passwd", "root:x:0:0:root:/root:/bin/bash\nu:x:1000:1000::/home/u:/bin/bash\n");
  root.write("/etc/localtime", zone_of("CET-1CEST,M3.5.0,M10.5.0/3"));
  std::string log;
  for (int i = 10; i < 40; ++i)
    log += line("01:50:" + std::to_string(i), i, "Failed password for root from 203.0.113.45 port 1 ssh2");
  log += line("01:51:00", 90, "Failed password for u from 203.0.113.45 port 1 ssh2");
  log += line("04:10:00", 91, "Accepted password for u from 203.0.113.45 port 2 ssh2");
  root.write("/var/log/auth.log", log);
  root.set_time("/var/log/auth.log", parse_rfc3339("2026-10-25T04:00:00Z").value());
  const auto document = root.investigate();
  std::map<std::string, std::string> offsets;
  for (const auto& entry : document.at("timeline"))
    offsets[entry.at("time").get<std::string>()] = entry.at("utc_offset").get<std::string>();
  // At three in the morning it is two again: between both moments lie three hours and twenty minutes, not
  // two.
  EXPECT_EQ(offsets["2026-10-24T23:50:10.000Z"], "+02:00");
  EXPECT_EQ(offsets["2026-10-25T03:10:00.000Z"], "+01:00");
  EXPECT_EQ(offsets.size(), 2U) << document.at("timeline").dump(1);
}

TEST(ClockChange, OldRecordsAreLeftOutWhereOnlyNewerOnesAreAskedFor) {
  MiniRoot root;
  root.write("/etc/passwd", "root:x:0:0:root:/root:/bin/bash\n");
  std::string record(384, '\0');
  record[0] = 7;
  record.replace(44, 4, "root");
  record.replace(340, 4, std::string("\x00\x00\x00\x60", 4));  // in January 2021
  root.write("/var/log/wtmp", record);
  auto opened = evidence::SafeRoot::open(root.directory());
  ASSERT_TRUE(opened);
  const auto all = investigate(*opened, {}).document;
  const auto newer = investigate(*opened, {.since = parse_rfc3339("2026-01-01T00:00:00Z").value()}).document;
  EXPECT_EQ(all.at("counts").at("events"), 1);
  EXPECT_EQ(newer.at("counts").at("events"), 0);
}

}  // namespace
}  // namespace rescue::detect
