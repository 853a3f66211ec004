#include "mail_ways.hpp"

#include <algorithm>
#include <array>

namespace rescue::worker {
namespace {

constexpr std::size_t kMostWays = 50, kMostAddresses = 200, kAccountBytesMax = 200, kScriptBytesMax = 4096,
                      kAddressBytesMax = 64;

struct Way {
  std::string_view rule, way;
};
constexpr std::array kWays{
    Way{"mail.open_relay_settings", "open_relay"}, Way{"mail.relayed_for_strangers", "open_relay"},
    Way{"mail.account_abused", "abused_account"}, Way{"logins.guessed_mail", "abused_account"},
    Way{"mail.script_abused", "abused_script"}};

std::string text_of(const Json& finding, const char* key) {
  const auto at = finding.find(key);
  return at != finding.end() && at->is_string() ? at->get<std::string>() : std::string();
}

bool is_plain(std::string_view text, std::size_t bytes_max) {
  return text.size() <= bytes_max &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 127; });
}

/// Of a relay the addresses that the investigation itself names alone: in a line of the log a stranger may
/// write what he likes.
Json addresses_of(const Json& finding) {
  Json addresses = Json::array();
  const auto take = [&](const Json& address) {
    if (!address.is_string() || address.get_ref<const std::string&>().empty()) return;
    if (is_plain(address.get_ref<const std::string&>(), kAddressBytesMax)) addresses.push_back(address);
  };
  const auto several = finding.find("addresses");
  if (several != finding.end() && several->is_array()) {
    for (const auto& address : *several) take(address);
  } else if (const auto one = finding.find("address"); one != finding.end()) {
    take(*one);
  }
  return addresses;
}

/// Nothing: it is not about a way, or too weak.
Json way_of(const Json& finding, std::size_t& odd) {
  const auto rule = text_of(finding, "rule"), severity = text_of(finding, "severity");
  const auto known =
      std::find_if(kWays.begin(), kWays.end(), [&](const Way& one) { return one.rule == rule; });
  if (known == kWays.end() || severity == "low" || severity == "info") return nullptr;
  Json way{{"way", known->way}};
  const auto account = text_of(finding, "account"), script = text_of(finding, "path");
  if (!is_plain(account, kAccountBytesMax) || !is_plain(script, kScriptBytesMax)) {
    ++odd;
    return nullptr;
  }
  if (known->way != "open_relay" && !account.empty()) way["account"] = account;
  if (known->way == "abused_script" && script.starts_with('/')) way["script"] = script;
  auto addresses = addresses_of(finding);
  if (!addresses.empty()) way["addresses"] = std::move(addresses);
  return way;
}

/// No machine stops a person's mail on a guess. Whether a relay is open the responder sees for itself; that
/// is shut, and nobody's mail judged.
bool is_doubtful(const Json& finding) {
  const auto at = finding.find("doubtful");
  return (at != finding.end() && *at == true) || text_of(finding, "confidence") == "low";
}

bool is_same(const Json& a, const Json& b) {
  return a.value("way", "") == b.value("way", "") && a.value("account", "") == b.value("account", "") &&
         a.value("script", "") == b.value("script", "");
}

void add_addresses(const Json& from, Json& into) {
  if (into.is_null()) into = Json::array();
  for (const auto& address : from) {
    const bool known = std::find(into.begin(), into.end(), address) != into.end();
    if (!known && into.size() < kMostAddresses) into.push_back(address);
  }
}

/// False: there are too many.
bool add(Json way, Json& ways) {
  const auto known =
      std::find_if(ways.begin(), ways.end(), [&](const Json& one) { return is_same(one, way); });
  if (known == ways.end()) {
    if (ways.size() >= kMostWays) return false;
    ways.push_back(std::move(way));
  } else if (way.contains("addresses")) {
    add_addresses(way["addresses"], (*known)["addresses"]);
  }
  return true;
}

}  // namespace

MailWays mail_ways(const Json& document) {
  MailWays out;
  const auto findings = document.find("findings");
  if (findings == document.end() || !findings->is_array()) return out;
  for (const auto& finding : *findings) {
    if (!finding.is_object()) continue;
    Json way = way_of(finding, out.odd);
    if (way.is_null()) continue;
    const bool relay = way["way"] == "open_relay";
    if (!is_doubtful(finding)) {
      if (!add(std::move(way), out.ways)) ++out.odd;
      continue;
    }
    if (relay && !add({{"way", "open_relay"}}, out.ways)) ++out.odd;
    if (!add(std::move(way), out.doubtful)) ++out.odd;
  }
  return out;
}

namespace {

std::string what_of(const Json& way) {
  const auto kind = text_of(way, "way");
  if (kind == "abused_account") return "the account " + text_of(way, "account");
  if (kind == "abused_script") return "the script " + way.value("script", way.value("account", ""));
  return "those who relayed mail";
}

}  // namespace

void tell_left_out(const MailWays& found, Json& document) {
  document["odd_names"] = found.odd;
  document["doubtful"] = found.doubtful;
  auto& manual = document["manual"];
  if (found.odd > 0)
    manual.push_back(
        {{"title", "End " + std::to_string(found.odd) + " more ways of the abuse by hand"},
         {"why", "their accounts or scripts have names that no program can be told, or are too many"}});
  for (const auto& way : found.doubtful)
    manual.push_back({{"title", "Look at " + what_of(way) + ": nothing was done for what the logs say of it"},
                      {"why", "the lines may be made up or mean something else, as the finding says"}});
}

}  // namespace rescue::worker
