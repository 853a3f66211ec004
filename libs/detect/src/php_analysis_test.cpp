#include "php_analysis.hpp"

#include <gtest/gtest.h>

#include "php_lexer.hpp"

namespace rescue::detect {
namespace {

std::vector<std::string> rules_of(const std::string& code) {
  static const auto book = RuleBook::shipped();
  static const PhpSinks sinks(book);
  std::vector<std::string> ids;
  for (const auto& flow : analyse_php(code, sinks).flows)
    ids.push_back(flow.rule->id + ":" + std::to_string(flow.line));
  return ids;
}
using Ids = std::vector<std::string>;

std::string tokens_of(const std::string& code) {
  std::string out;
  for (const auto& token : lex_php(code)) out += token.text + "|";
  return out;
}

TEST(PhpLexer, KnowsWhatIsCodeTextAndComment) {
  EXPECT_EQ(tokens_of("a<?php x('b\\'c'); // d ?>e<?= $f # g\n;"), "|x|(|b'c|)|;|;||echo|f|;|");
  EXPECT_EQ(tokens_of("<?php /* ?> */ $a"), "a|");
  EXPECT_EQ(tokens_of("<?xml version='1.0'?>"), "|");
  EXPECT_EQ(tokens_of("<? \\Name\\Space\\f() ?>"), "name\\space\\f|(|)|;|");
  EXPECT_EQ(tokens_of("<?php <<<'X'\n$a\n  X; <<<Y\nb\nY\n"), "$a|;|b|");
  EXPECT_EQ(tokens_of("<?php 1.5 .5 1..2 0x1F"), "1.5|.5|1|.|.2|0x1F|");
  EXPECT_EQ(tokens_of("<?php a(); __halt_compiler(); b"), "a|(|)|;|__halt_compiler|");
}

TEST(PhpLexer, ResolvesEscapes) {
  EXPECT_EQ(unescape_php("\\x65\\166al\\u{41}\\n\\q"), "evalA\n\\q");
}

TEST(PhpLexer, EndsOnAnythingCut) {
  for (const auto* code :
       {"<?php '", "<?php \"a$", "<?php /*", "<?php <<<A", "<?php $", "<?php `", "<", "<?", "<?php \\"}) {
    EXPECT_LE(lex_php(code).size(), 4U) << code;
  }
}

TEST(PhpAnalysis, NamesTheLineOfTheSink) {
  EXPECT_EQ(rules_of("<?php\n$a = $_GET['c'];\n\nsystem($a);\n"), Ids{"webshell.request_to_command:4"});
}

TEST(PhpAnalysis, KeepsWhatOneBranchAssigned) {
  EXPECT_EQ(rules_of("<?php if ($x) { $c = $_GET['c']; } else { $c = 'id'; } system($c);").size(), 1U);
  EXPECT_EQ(rules_of("<?php $c = $_GET['c']; if ($x) { $c = 'id'; } system($c);").size(), 1U);
  EXPECT_EQ(rules_of("<?php $c = $_GET['c']; $c = 'id'; system($c);"), Ids{});
  EXPECT_EQ(rules_of("<?php if ($x) { $c = $_GET['c']; $c = (int) $c; } system($c);"), Ids{});
}

TEST(PhpAnalysis, TellsElementsOfAnArrayApart) {
  EXPECT_EQ(rules_of("<?php $a = ['x' => $_GET['c'], 'y' => 'id']; system($a['y']);"), Ids{});
  EXPECT_EQ(rules_of("<?php $a = ['x' => $_GET['c'], 'y' => 'id']; system($a['x']);").size(), 1U);
  EXPECT_EQ(rules_of("<?php $a[] = 'id'; $a[] = $_GET['c']; system($a[1]);").size(), 1U);
}

TEST(PhpAnalysis, FollowsFunctionsOfTheFileBothWays) {
  EXPECT_EQ(
      rules_of("<?php function in() { return $_POST['c']; } function go($x, $y) { system($y); } go(1, in());")
          .size(),
      1U);
  EXPECT_EQ(rules_of("<?php function go($x, $y) { system($y); } go($_POST['c'], 'id');"), Ids{});
  EXPECT_EQ(
      rules_of("<?php function a($x) { return b($x); } function b($x) { return $x; } eval(a($_GET['c']));")
          .size(),
      1U);
  EXPECT_EQ(rules_of("<?php function a($x) { a($x); system($x); } a($_GET['c']);").size(), 1U);
}

TEST(PhpAnalysis, DoesNotMistakeAMethodForAFunction) {
  EXPECT_EQ(rules_of("<?php $pdo->exec($_GET['q']); Db::system($_GET['q']);"), Ids{});
}

TEST(PhpAnalysis, CleansWhereTheValueIsEscaped) {
  EXPECT_EQ(rules_of("<?php system('ls ' . escapeshellarg($_GET['d']));"), Ids{});
  EXPECT_EQ(rules_of("<?php system('kill ' . intval($_GET['p']) . (int) $_GET['q']);"), Ids{});
}

TEST(PhpAnalysis, DecodesLayersAndCountsThem) {
  static const auto book = RuleBook::shipped();
  const PhpSinks sinks(book);
  // base64 of: eval($_POST[1]);  inside base64 of: eval(base64_decode("…"));
  const auto report = analyse_php(
      "<?php eval(base64_decode('ZXZhbChiYXNlNjRfZGVjb2RlKCJaWFpoYkNna1gxQlBVMVJiTVYwcE93PT0iKSk7'));",
      sinks);
  unsigned deepest = 0;
  for (const auto& flow : report.flows) {
    if (flow.rule->id == "webshell.request_to_code") deepest = std::max(deepest, flow.layers);
  }
  EXPECT_EQ(deepest, 2U);
}

TEST(PhpAnalysis, SaysWhetherAnythingIsDone) {
  static const auto book = RuleBook::shipped();
  const PhpSinks sinks(book);
  EXPECT_FALSE(analyse_php("<?php\n// Silence is golden.\n", sinks).calls_anything);
  EXPECT_FALSE(analyse_php("<?php header('Location: /'); exit;", sinks).calls_anything);
  EXPECT_TRUE(analyse_php("<?php phpinfo();", sinks).calls_anything);
}

/// A packer is told even where what it packed is more than can be followed.
TEST(PhpAnalysis, JudgesTheOuterLayerOfWhatIsTooLarge) {
  static const auto book = RuleBook::shipped();
  const PhpSinks sinks(book);
  std::string many;
  for (int i = 0; i < 900'000; ++i) many += "1+";
  const auto report = analyse_php("<?php eval(str_rot13('" + many + "1;'));", sinks);
  EXPECT_TRUE(report.cut);
  ASSERT_EQ(report.flows.size(), 1U);
  EXPECT_EQ(report.flows[0].rule->id, "webshell.packed_code");
}

TEST(PhpAnalysis, TellsCodeThatNobodyWroteToBeRead) {
  EXPECT_EQ(rules_of("<?php $_='!'^'`'; $__=$_.$_; $___=[$__]; $___[0]($_);").front(),
            "webshell.no_letters:1");
  EXPECT_EQ(rules_of("<?php $_ = 1; $__ = 2; $___ = $_ + $__; print($___[0]);"), Ids{});
}

TEST(PhpNeedsAnalysis, LetsNoFlowThroughItsSieve) {
  for (const auto* family : {"webshell"}) {
    const auto book = RuleBook::shipped();
    for (const auto* rule : book.family(family)) {
      for (const auto& example : rule->must_fire) {
        if (example.is_string()) {
          EXPECT_TRUE(php_needs_analysis(example.get<std::string>())) << example;
        }
      }
    }
  }
  EXPECT_FALSE(php_needs_analysis("<?php class Library { function sum($a, $b) { return $a + $b; } }"));
}

}  // namespace
}  // namespace rescue::detect
