#include "rule_examples.hpp"

#include <algorithm>
#include <exception>

#include "rescue/detect/rule_check.hpp"

namespace rescue::detect {
namespace {

/// An example in its family's short form, a text, as the tree it stands for.
Json scene_of(const Rule& rule, const Json& example) {
  if (example.is_object()) return example;
  const auto text = example.get<std::string>();
  Json files{{"/etc/passwd", "root:x:0:0:root:/root:/bin/bash\nu:x:1000:1000::/home/u:/bin/sh\n"}};
  if (rule.family() == "cron") {
    files["/var/spool/cron/crontabs/u"] = text + "\n";
  } else if (rule.family() == "commands") {
    files["/home/u/.bash_history"] = "#1789264811\n" + text + "\n";
  } else {
    files["/var/www/html/app/page.php"] = text;
  }
  return {{"files", files}};
}

void check(const RuleBook& book, const Rule& rule, bool must_fire, std::vector<std::string>& faults) {
  const auto& examples = must_fire ? rule.must_fire : rule.must_not_fire;
  for (std::size_t i = 0; i < examples.size(); ++i) {
    const auto fault = [&](const std::string& what) {
      faults.push_back(std::string(must_fire ? "must_fire" : "must_not_fire") + ", example " +
                       std::to_string(i + 1) + ": " + what);
    };
    try {
      ExampleRoot root;
      const auto fired = fires(book, rule, examples[i], root);
      if (!fired) fault("it cannot be laid out by this user");
      if (fired && *fired != must_fire) fault(must_fire ? "the rule does not fire" : "the rule fires");
    } catch (const std::exception& error) {
      fault(error.what());
    }
  }
}

}  // namespace

std::optional<bool> fires(const RuleBook& book, const Rule& rule, const Json& example, ExampleRoot& root) {
  // Older than anything the examples tell, so that files without a date of their own lie before every
  // break-in.
  static const Timestamp long_ago = parse_rfc3339("2026-01-01T00:00:00Z").value();
  const auto scene = scene_of(rule, example);
  root.lay_out(scene, long_ago);
  if (!root.give_rights(scene)) return std::nullopt;
  const auto document = root.investigate({.rules = &book});
  const auto& findings = document.at("findings");
  return std::any_of(findings.begin(), findings.end(),
                     [&](const Json& finding) { return finding.at("rule") == rule.id; });
}

std::vector<std::string> check_examples(const RuleBook& book, const Rule& rule) {
  std::vector<std::string> faults;
  check(book, rule, true, faults);
  check(book, rule, false, faults);
  return faults;
}

}  // namespace rescue::detect
