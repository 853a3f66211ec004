#include <gtest/gtest.h>

#include "php_analysis.hpp"

namespace rescue::detect {
namespace {

PhpReport report_of(const std::string& code) {
  static const auto book = RuleBook::shipped();
  static const PhpSinks sinks(book);
  return analyse_php("<?php " + code, sinks);
}
bool runs_requests(const std::string& code) {
  for (const auto& flow : report_of(code).flows) {
    if (flow.rule->id == "webshell.request_to_code") return true;
  }
  return false;
}

TEST(PhpRunning, CarriesOutLoopsWhoseValuesAreKnown) {
  EXPECT_TRUE(
      runs_requests("for ($i = 0; $i < 6; ++$i) $f .= substr('tressa', 5 - $i, 1); $f($_POST['x']);"));
  EXPECT_TRUE(runs_requests("$i = 6; while ($i-- > 0) { $f .= 'tressa'[$i]; } $f($_POST['x']);"));
  EXPECT_TRUE(
      runs_requests("foreach ([97, 115, 115, 101, 114, 116] as $c) { $f .= chr($c); } $f($_POST['x']);"));
  EXPECT_FALSE(runs_requests("for ($i = 0; $i < $n; ++$i) { $f .= chr($i); } $f($_POST['x']);"));
}

TEST(PhpRunning, TakesTheBranchThatIsTakenAndLeavesWhereItIsLeft) {
  EXPECT_TRUE(runs_requests(
      "foreach (str_split('aXsXsXeXrXt') as $c) { if ($c == 'X') continue; $f .= $c; } $f($_POST[1]);"));
  EXPECT_TRUE(runs_requests(
      "for ($i = 0; $i < 9; $i++) { if ($i > 5) break; else $f .= 'assert...'[$i]; } $f($_POST[1]);"));
  EXPECT_TRUE(runs_requests("for ($i = 0; $i < 2; $i++) { if ($i == 7) { eval($_POST['x']); } $f .= 'a'; }"));
}

TEST(PhpRunning, CarriesOutFunctionsOfTheFile) {
  const std::string decoder =
      "function d($s, $by = 1) { $o = ''; for ($i = 0; $i < strlen($s); $i++) $o .= chr(ord($s[$i]) - $by); "
      "return $o; } ";
  EXPECT_TRUE(runs_requests(decoder + "$f = d('bttfsu'); $f($_POST['x']);"));
  EXPECT_TRUE(runs_requests(decoder + "$f = d('cuugtv', 2); $f($_POST['x']);"));
  EXPECT_FALSE(runs_requests(decoder + "$f = d('cuugtv', 3); $f($_POST['x']);"));
}

TEST(PhpRunning, KeepsNothingOfAnEarlierLookAtTheSameCode) {
  EXPECT_TRUE(runs_requests("$f .= 'ass'; $f .= 'ert'; $f($_POST['x']);"));
  EXPECT_TRUE(runs_requests("$a[] = 'ass'; $a[] = 'ert'; $f = implode('', $a); $f($_POST['x']);"));
}

TEST(PhpRunning, EndsWhereLoopsHaveNoEnd) {
  EXPECT_FALSE(runs_requests("$i = 1; while ($i > 0) { $s .= chr($i); $i++; }"));
  EXPECT_FALSE(runs_requests("function f($x) { return f(chr($x + 1)); } f(1);"));
  std::string nested;
  for (int i = 0; i < 20'000; ++i) nested += "for($a=0;$a<2;$a++)";
  EXPECT_FALSE(runs_requests(nested + "$s .= chr(1);"));
  std::string branches = "for ($i = 0; $i < 2; $i++) { $s .= chr(1); ";
  for (int i = 0; i < 20'000; ++i) branches += "if (1) {";
  EXPECT_FALSE(runs_requests(branches));
}

}  // namespace
}  // namespace rescue::detect
