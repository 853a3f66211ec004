#include <gtest/gtest.h>

#include "rescue/base/base64.hpp"
#include "rule_text.hpp"

namespace rescue::sigma {
namespace {

/// A rule whose only line is this one, on an event with the field F.
bool holds(const std::string& line, std::string_view value) {
  return fires("  s:\n    " + line + "\n  condition: s\n", of("F", value));
}

TEST(Modifiers, ContainsStartsEnds) {
  EXPECT_TRUE(holds("F|contains: 'MID'", "a mid z"));
  EXPECT_TRUE(holds("F|startswith: a", "a mid z"));
  EXPECT_FALSE(holds("F|startswith: mid", "a mid z"));
  EXPECT_TRUE(holds("F|endswith: z", "a mid z"));
  EXPECT_FALSE(holds("F|endswith: mid", "a mid z"));
  EXPECT_FALSE(holds("F: mid", "a mid z"));
}

TEST(Modifiers, AllWantsEveryValueElseOneWillDo) {
  EXPECT_TRUE(holds("F|contains: [one, two]", "only two"));
  EXPECT_FALSE(holds("F|contains|all: [one, two]", "only two"));
  EXPECT_TRUE(holds("F|contains|all: [one, two]", "two, one"));
}

TEST(Modifiers, RegularExpressionsMindCaseUnlessToldNot) {
  EXPECT_TRUE(holds("F|re: '^a.c$'", "abc"));
  EXPECT_FALSE(holds("F|re: '^a.c$'", "ABC"));
  EXPECT_TRUE(holds("F|re|i: '^a.c$'", "ABC"));
  EXPECT_TRUE(holds("F|re|m: '^b$'", "a\nb"));
  EXPECT_FALSE(holds("F|re: '^b$'", "a\nb"));
  EXPECT_TRUE(holds("F|re|s: 'a.b'", "a\nb"));
  EXPECT_FALSE(holds("F|re: 'a.b'", "a\nb"));
  EXPECT_TRUE(holds("F|re: 'b\\s+c'", "\xff b  c"));
}

TEST(Modifiers, CasedMindsCase) {
  EXPECT_TRUE(holds("F|cased: Abc", "Abc"));
  EXPECT_FALSE(holds("F|cased: Abc", "abc"));
  EXPECT_FALSE(holds("F|contains|cased: Abc", "xabcx"));
}

TEST(Modifiers, CidrHoldsAddressesOfBothKinds) {
  EXPECT_TRUE(holds("F|cidr: 10.0.0.0/9", "10.127.255.255"));
  EXPECT_FALSE(holds("F|cidr: 10.0.0.0/9", "10.128.0.0"));
  EXPECT_TRUE(holds("F|cidr: [192.0.2.0/24, 'fe80::/10']", "febf::1"));
  EXPECT_FALSE(holds("F|cidr: 'fe80::/10'", "fec0::1"));
  EXPECT_TRUE(holds("F|cidr: 192.0.2.7", "::ffff:192.0.2.7"));
  EXPECT_FALSE(holds("F|cidr: 192.0.2.0/24", "no address"));
}

TEST(Modifiers, Base64OfTheValueAndAtEachOffset) {
  EXPECT_TRUE(holds("F|base64|contains: 'a secret'", "x " + encode_base64("a secret")));
  for (const auto* before : {"", "x", "xy", "xyz"}) {
    const auto hidden = encode_base64(before + std::string("/bin/bash") + "!!");
    EXPECT_TRUE(holds("F|base64offset|contains: /bin/bash", "echo " + hidden)) << before;
  }
  EXPECT_FALSE(holds("F|base64offset|contains: /bin/bash", encode_base64("/bin/dash")));
}

TEST(Modifiers, WideFormsAreEncodedBeforeBase64) {
  const std::string wide("p\0i\0n\0g\0", 8), big("\0p\0i\0n\0g", 8);
  EXPECT_TRUE(holds("F|wide|base64offset|contains: ping", encode_base64("ab" + wide)));
  EXPECT_TRUE(holds("F|utf16le|base64: ping", encode_base64(wide)));
  EXPECT_TRUE(holds("F|utf16be|base64: ping", encode_base64(big)));
  EXPECT_TRUE(holds("F|utf16|base64: ping", encode_base64("\xff\xfe" + wide)));
}

TEST(Modifiers, WindashTakesAnyDash) {
  EXPECT_TRUE(holds("F|windash|contains: ' -enc'", "powershell /enc x"));
  EXPECT_FALSE(holds("F|contains: ' -enc'", "powershell /enc x"));
}

TEST(Modifiers, NumbersAreCompared) {
  EXPECT_TRUE(holds("F|gt: 5", "5.5"));
  EXPECT_FALSE(holds("F|gt: 5", "5"));
  EXPECT_TRUE(holds("F|gte: 5", "5"));
  EXPECT_TRUE(holds("F|lt: 5", "-1"));
  EXPECT_TRUE(holds("F|lte: 5", "5"));
  EXPECT_FALSE(holds("F|lte: 5", "five"));
}

TEST(Modifiers, ExistsAndNullAskWhetherItIsThere) {
  EXPECT_TRUE(holds("F|exists: true", "x"));
  EXPECT_FALSE(holds("G|exists: true", "x"));
  EXPECT_TRUE(holds("G|exists: false", "x"));
  EXPECT_TRUE(holds("G: null", "x"));
  EXPECT_FALSE(holds("F: null", "x"));
  EXPECT_TRUE(holds("F: [null, x]", "x"));
  EXPECT_FALSE(holds("F: 'null'", "x"));
}

TEST(Modifiers, FieldrefComparesTwoFields) {
  Record record;
  record.add("A", "/usr/bin/id");
  record.add("B", "ID");
  EXPECT_TRUE(fires("  s:\n    A|fieldref|endswith: B\n  condition: s\n", record));
  EXPECT_FALSE(fires("  s:\n    A|fieldref: B\n  condition: s\n", record));
  EXPECT_FALSE(fires("  s:\n    A|fieldref: C\n  condition: s\n", record));
}

TEST(Modifiers, NeqTurnsALineAround) {
  EXPECT_TRUE(holds("F|neq: x", "y"));
  EXPECT_FALSE(holds("F|neq: x", "x"));
}

TEST(Modifiers, NumbersAndWordsOfYamlAreTexts) {
  EXPECT_TRUE(holds("F: 0200", "0200"));
  EXPECT_TRUE(holds("F: true", "true"));
}

TEST(Modifiers, WhatCannotBeRunIsNamed) {
  const auto why = [](const std::string& line) {
    return why_refused(rule_text("  s:\n    " + line + "\n  condition: s\n"));
  };
  EXPECT_NE(why("F|expand: '%admins%'").find("expand"), std::string::npos);
  EXPECT_NE(why("F|sounds: x").find("\"sounds\" is not known"), std::string::npos);
  EXPECT_NE(why("F|re: 'a(?!b)'").find("linear time"), std::string::npos);
  EXPECT_NE(why("F|re: '(a)\\1'").find("linear time"), std::string::npos);
  EXPECT_NE(why("F|cidr: 10.0.0.0/33").find("no range"), std::string::npos);
  EXPECT_NE(why("F|gt: many").find("no number"), std::string::npos);
  EXPECT_NE(why("F|base64: 'a*'").find("wildcard"), std::string::npos);
}

}  // namespace
}  // namespace rescue::sigma
