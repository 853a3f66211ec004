#include "directory_answer.hpp"

#include <gtest/gtest.h>

namespace rescue::directory {
namespace {

using catalog::ServerKey;

const Timestamp kNow = *parse_rfc3339("2026-09-18T03:00:00Z");

Json under_contract() {
  return {{"under_contract", true},
          {"server",
           {{"id", "srv-1"},
            {"customer", "C-1"},
            {"addresses", {"192.0.2.1", "2001:DB8::1"}},
            {"hostname", "web.example.net"},
            {"os", "debian-12"},
            {"contract", {{"from", "2024-01-01"}, {"to", nullptr}}}}}};
}

/// "C-1", the problem of a refusal, or "none: …" with what is wrong with it.
std::string read(const std::string& body, const ServerKey& key = ServerKey::id("srv-1")) {
  const auto answer = read_answer(body, key, kNow);
  if (!answer) return "none: " + answer.error().detail;
  return *answer ? (*answer)->customer : answer->error().problem + ": " + answer->error().detail;
}

std::string read_changed(const char* pointer, const Json& value) {
  auto body = under_contract();
  body[Json::json_pointer(pointer)] = value;
  return read(dump_json(body));
}

TEST(DirectoryAnswer, IsReadByWhateverTheServerWasAskedFor) {
  const auto body = dump_json(under_contract());
  EXPECT_EQ(read(body), "C-1");
  EXPECT_EQ(read(body, *ServerKey::address("2001:db8:0::1")), "C-1");
  EXPECT_EQ(read(body, *ServerKey::hostname("WEB.example.net")), "C-1");
}

TEST(DirectoryAnswer, R6_ARefusalSaysWhy) {
  const auto refusal = [](const char* reason, const Json& more) {
    Json body = {{"under_contract", false}, {"reason", reason}};
    body.update(more);
    return read(dump_json(body));
  };
  EXPECT_EQ(refusal("unknown", Json::object()),
            "not-under-contract: no such server is under contract with us");
  EXPECT_EQ(refusal("ended", {{"server_id", "srv-1"}, {"day", "2025-03-31"}}),
            "not-under-contract: the contract of server srv-1 ended on 2025-03-31");
  EXPECT_EQ(refusal("not_begun", {{"day", "2027-01-01"}}),
            "not-under-contract: the contract of this server begins later on 2027-01-01");
  EXPECT_EQ(refusal("ambiguous", Json::object()).substr(0, 18), "ambiguous-hostname");
  EXPECT_EQ(refusal("tired", Json::object()).substr(0, 4), "none");
  EXPECT_EQ(refusal("ended", {{"day", "yesterday"}}).substr(0, 4), "none");
  EXPECT_EQ(refusal("ended", {{"server_id", "<script>"}}).substr(0, 4), "none");
}

TEST(DirectoryAnswer, MayGrow) {
  EXPECT_EQ(read_changed("/server/rack", 3), "C-1");
  EXPECT_EQ(read_changed("/server/contract/plan", "large"), "C-1");
  EXPECT_EQ(read_changed("/as_of", "2026-09-18"), "C-1");
}

TEST(DirectoryAnswer, GarbageAndWrongTypesAreNoAnswer) {
  for (const auto* body :
       {"", "{", "null", "[]", "\"yes\"", "<html></html>", "{}", "\xff\xfe", "{\"under_contract\":true}",
        "{\"under_contract\":\"true\"}", "{\"under_contract\":1}", "{\"under_contract\":false}"}) {
    EXPECT_EQ(read(body).substr(0, 4), "none") << body;
  }
  const auto none = [](const char* pointer, const Json& value) {
    return read_changed(pointer, value).substr(0, 4);
  };
  EXPECT_EQ(none("/server", "srv-1"), "none");
  EXPECT_EQ(none("/server/id", 7), "none");
  EXPECT_EQ(none("/server/id", "../etc"), "none");
  EXPECT_EQ(none("/server/customer", nullptr), "none");
  EXPECT_EQ(none("/server/addresses", "192.0.2.1"), "none");
  EXPECT_EQ(none("/server/addresses", {"web01"}), "none");
  EXPECT_EQ(none("/server/contract", nullptr), "none");
  EXPECT_EQ(none("/server/contract/from", "2025-02-30"), "none");
}

TEST(DirectoryAnswer, IsHeldAgainstTheQuestion) {
  const auto body = dump_json(under_contract());
  EXPECT_EQ(read(body, ServerKey::id("srv-2")).substr(0, 4), "none") << "another server";
  EXPECT_EQ(read(body, *ServerKey::address("192.0.2.9")).substr(0, 4), "none");
  EXPECT_EQ(read(body, *ServerKey::hostname("mail.example.net")).substr(0, 4), "none");
  EXPECT_EQ(read_changed("/server/contract/to", "2026-09-17").substr(0, 4), "none") << "over by then";
}

TEST(DirectoryAnswer, QuestionsAreEscaped) {
  EXPECT_EQ(look_up_path(ServerKey::id("a&b=c/../ \r\n"), kNow),
            "/v1/servers?id=a%26b%3Dc%2F..%2F%20%0D%0A&at=2026-09-18T03%3A00%3A00.000Z");
  EXPECT_EQ(look_up_path(*ServerKey::address("2001:db8::1"), kNow),
            "/v1/servers?address=2001%3Adb8%3A%3A1&at=2026-09-18T03%3A00%3A00.000Z");
}

}  // namespace
}  // namespace rescue::directory
