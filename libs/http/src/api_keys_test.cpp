#include "rescue/http/api_keys.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "rescue/base/sha256.hpp"

namespace rescue::http {
namespace {

Json entry_of(const NewKey& key, bool disabled = false) {
  return {{"id", key.entry.id},
          {"role", key.entry.role},
          {"name", key.entry.name},
          {"sha256", key.entry.sha256},
          {"disabled", disabled}};
}

std::string file_of(const std::vector<Json>& entries) {
  return dump_json({{"keys", entries}});
}

TEST(ApiKeys, AFreshKeyIsKnownByItsHashAlone) {
  const auto key = *make_api_key("web-1", "web_form", "web form");
  EXPECT_THAT(key.token, testing::MatchesRegex("rk_web-1_[0-9a-f]{64}"));
  EXPECT_EQ(key.entry.sha256, sha256_hex(key.token));
  const auto text = file_of({entry_of(key)});
  EXPECT_EQ(text.find(key.token.substr(10)), std::string::npos);
  const auto keys = *ApiKeys::parse(text);
  const auto caller = keys.authenticate("Bearer " + key.token);
  ASSERT_TRUE(caller);
  EXPECT_EQ(caller->key_id, "web-1");
  EXPECT_EQ(caller->role, "web_form");
  EXPECT_TRUE(keys.authenticate("bearer  " + key.token));
}

TEST(ApiKeys, EverythingElseIsUnauthorized) {
  const auto key = *make_api_key("k1", "operator", "");
  const auto off = *make_api_key("k2", "operator", "");
  const auto keys = *ApiKeys::parse(file_of({entry_of(key), entry_of(off, true)}));
  EXPECT_EQ(keys.authenticate(std::nullopt).error().problem, "missing-credentials");
  for (const auto& value : {std::string(), std::string("Basic abc"), key.token}) {
    EXPECT_EQ(keys.authenticate(value).error().problem, "missing-credentials") << value;
  }
  auto changed = key.token;
  changed.back() = changed.back() == '0' ? '1' : '0';
  for (const auto& token :
       {changed, key.token + "0", std::string("x"), std::string(100'000, 'x'), key.entry.sha256, off.token}) {
    EXPECT_EQ(keys.authenticate("Bearer " + token).error().problem, "unknown-credentials");
  }
}

TEST(ApiKeys, FaultyFilesNameTheEntry) {
  const auto key = *make_api_key("k1", "operator", "");
  auto no_role = entry_of(key);
  no_role["role"] = "root";
  auto no_hash = entry_of(key);
  no_hash["sha256"] = "abc";
  auto extra = entry_of(key);
  extra["token"] = "x";
  for (const auto& entry : {no_role, no_hash, extra, Json(5)}) {
    const auto keys = ApiKeys::parse(file_of({entry}));
    ASSERT_FALSE(keys) << dump_json(entry);
    EXPECT_EQ(keys.error().pointer, "/keys/0");
  }
  EXPECT_EQ(ApiKeys::parse(file_of({entry_of(key), entry_of(key)})).error().pointer, "/keys/1");
  for (const auto* text : {"", "[]", "{}", R"({"keys":{}})", R"({"keys":[],"x":1})"})
    EXPECT_FALSE(ApiKeys::parse(text)) << text;
}

TEST(ApiKeys, AreLoadedFromAFile) {
  const auto path = testing::TempDir() + "api_keys_test.json";
  const auto key = *make_api_key("k1", "reporter", "someone");
  std::ofstream(path) << file_of({entry_of(key)});
  EXPECT_EQ(ApiKeys::load(path)->entries().size(), 1U);
  std::remove(path.c_str());
  EXPECT_THAT(ApiKeys::load(path).error().detail, testing::HasSubstr(path));
}

TEST(ApiKeys, AreMadeForKnownRolesOnly) {
  EXPECT_FALSE(make_api_key("k", "root", ""));
  EXPECT_FALSE(make_api_key("K!", "operator", ""));
  EXPECT_FALSE(make_api_key("", "operator", ""));
  EXPECT_FALSE(make_api_key("k", "operator", "a\nb"));
}

}  // namespace
}  // namespace rescue::http
