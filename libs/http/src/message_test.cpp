#include "rescue/http/message.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

#include "wire.hpp"

namespace rescue::http {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Problem, IsAnRfc9457Document) {
  const auto response =
      Response::problem({ErrorCode::kInvalid, "missing-field", "the field \"x\" is required", "/x"}, "hrq_1");
  EXPECT_EQ(response.status, 422);
  EXPECT_EQ(response.content_type, "application/problem+json");
  const auto body = *parse_json(response.body);
  EXPECT_EQ(body.at("type"), "urn:rescue:problem:missing-field");
  EXPECT_EQ(body.at("title"), "A field is missing");
  EXPECT_EQ(body.at("status"), 422);
  EXPECT_EQ(body.at("pointer"), "/x");
  EXPECT_EQ(body.at("request_id"), "hrq_1");
}

TEST(Problem, UnknownNamesAndHostileDetailsAreSurvived) {
  const auto response = Response::problem({ErrorCode::kConflict, "no-such-name", "\xff\x00\n"}, "");
  EXPECT_EQ(response.status, 409);
  EXPECT_TRUE(parse_json(response.body));
}

TEST(Problem, A500SaysNothingOfItsCause) {
  for (const auto code : {ErrorCode::kInternal, ErrorCode::kCorrupt}) {
    const auto response =
        Response::problem({code, "internal-error", "password=hunter2 at 10.0.0.1"}, "hrq_1");
    EXPECT_EQ(response.status, 500);
    EXPECT_THAT(response.body, Not(HasSubstr("hunter2")));
    EXPECT_THAT(response.body, HasSubstr("hrq_1"));
  }
}

TEST(Problem, StatusesComeFromCodesUnlessTheCatalogueSaysOtherwise) {
  EXPECT_EQ(problem_status({ErrorCode::kInvalid, "unsupported-media-type", ""}), 415);
  EXPECT_EQ(problem_status({ErrorCode::kInvalid, "malformed-json", ""}), 400);
  EXPECT_EQ(problem_status({ErrorCode::kTooLarge, "payload-too-large", ""}), 413);
  EXPECT_EQ(problem_status({ErrorCode::kUnavailable, "service-unavailable", ""}), 503);
  EXPECT_EQ(
      Response::problem({ErrorCode::kUnauthorized, "missing-credentials", ""}, "").headers.front().first,
      "WWW-Authenticate");
}

TEST(Problem, CatalogueNamesAreUniqueAndPlain) {
  std::set<std::string_view> names;
  for (const auto& entry : problem_catalogue()) {
    EXPECT_TRUE(names.insert(entry.name).second) << entry.name << " stands twice";
    EXPECT_EQ(entry.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-"), std::string_view::npos)
        << entry.name;
    EXPECT_FALSE(entry.title.empty()) << entry.name;
    EXPECT_FALSE(entry.remedy.empty()) << entry.name;
    EXPECT_EQ(find_problem(entry.name), &entry);
  }
  EXPECT_EQ(find_problem("no-such-name"), nullptr);
}

// RESCUE_WRITE_DOCS=1 writes the page anew.
TEST(Problem, DocumentationIsTheCatalogue) {
  const std::string path = std::string(RESCUE_SOURCE_DIR) + "/docs/problems.md";
  if (std::getenv("RESCUE_WRITE_DOCS") != nullptr) std::ofstream(path) << problem_catalogue_markdown();
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  EXPECT_EQ(text.str(), problem_catalogue_markdown())
      << "docs/problems.md is out of date: run this test with RESCUE_WRITE_DOCS=1";
}

Request with_body(std::string body, std::string type = "application/json") {
  Request request;
  request.headers["content-type"] = std::move(type);
  request.body = std::move(body);
  return request;
}

TEST(Request, JsonBodiesAreReadStrictly) {
  EXPECT_EQ(with_body(R"({"a":1})").json()->at("a"), 1);
  EXPECT_TRUE(with_body("{}", "Application/JSON; charset=UTF-8").json());
  for (const auto* type : {"", "text/plain", "application/jsonx", "application/json; charset=latin1",
                           "application/x-www-form-urlencoded"}) {
    EXPECT_EQ(with_body("{}", type).json().error().problem, "unsupported-media-type") << type;
  }
  EXPECT_EQ(with_body("").json().error().problem, "malformed-json");
  EXPECT_EQ(with_body("[]").json().error().problem, "wrong-type");
  EXPECT_EQ(with_body(R"({"a":1,"a":2})").json().error().problem, "duplicate-key");
}

TEST(Request, QueryNumbersAreReadStrictly) {
  Request request;
  request.query = {{"limit", "12abc"}, {"ok", "7"}};
  EXPECT_EQ(request.query_integer("limit", 1, 1, 200).error().problem, "bad-query");
  EXPECT_EQ(*request.query_integer("ok", 1, 1, 200), 7);
  EXPECT_EQ(*request.query_integer("absent", 50, 1, 200), 50);
  EXPECT_FALSE(request.query_integer("ok", 1, 8, 200));
  for (const auto* text : {"", " 7", "+7", "0x7", "99999999999999999999", "abc"}) {
    request.query["ok"] = text;
    EXPECT_FALSE(request.query_integer("ok", 1, 1, 200)) << text;
  }
  EXPECT_TRUE(request.only_query({"limit", "ok"}));
  EXPECT_THAT(request.only_query({"limit"}).error().detail, HasSubstr("limit"));
}

TEST(Wire, ResponsesThatWouldSplitAreNotSendable) {
  EXPECT_TRUE(is_sendable(Response{}));
  for (const auto* value : {"a\r\nSet-Cookie: x", "a\nb", "a\rb", "a\x01"}) {
    EXPECT_FALSE(is_sendable(Response{.headers = {{"Location", value}}})) << value;
    EXPECT_FALSE(is_sendable(Response{.content_type = value, .headers = {}})) << value;
  }
  EXPECT_FALSE(is_sendable(Response{.headers = {{"X", std::string("a\0b", 3)}}}));
  EXPECT_FALSE(is_sendable(Response{.headers = {{"X y", "a"}}}));
  EXPECT_FALSE(is_sendable(Response{.headers = {{"content-length", "5"}}}));
  EXPECT_FALSE(is_sendable(Response{.status = 100, .headers = {}}));
  EXPECT_FALSE(is_sendable(Response{.status = 204, .body = "x", .headers = {}}));
}

TEST(Wire, DefaultsAreSafeAndAHandlersCacheControlWins) {
  const auto plain = to_wire(Response::json(200, {{"a", 1}}),
                             {.keep_alive = true, .request_id = "hrq_1", .traceparent = "00-x"});
  for (const auto* line :
       {"HTTP/1.1 200 OK\r\n", "\r\nConnection: keep-alive\r\n", "\r\nX-Content-Type-Options: nosniff\r\n",
        "\r\nCache-Control: no-store\r\n", "\r\nX-Request-Id: hrq_1\r\n", "\r\ntraceparent: 00-x\r\n",
        "\r\nContent-Length: 7\r\n"}) {
    EXPECT_THAT(plain, HasSubstr(line));
  }
  const auto cached =
      to_wire(Response{.headers = {{"cache-control", "max-age=60"}}}, {.request_id = "x", .traceparent = ""});
  EXPECT_THAT(cached, Not(HasSubstr("no-store")));
  const auto head =
      to_wire(Response::json(200, {{"a", 1}}), {.head_only = true, .request_id = "x", .traceparent = ""});
  EXPECT_THAT(head, HasSubstr("Content-Length: 7\r\n"));
  EXPECT_TRUE(head.ends_with("\r\n\r\n"));
}

}  // namespace
}  // namespace rescue::http
