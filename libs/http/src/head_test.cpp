#include "head.hpp"

#include <gtest/gtest.h>

namespace rescue::http {
namespace {

Result<RequestHead> parse(const std::string& text) {
  const HeadLimits limits;
  auto end = find_head_end(text, limits);
  if (!end) return fail(end.error());
  if (!*end) return fail(ErrorCode::kInternal, "incomplete", "");
  return parse_head(text.substr(0, **end), limits);
}

std::string with(const std::string& fields, const std::string& line = "GET / HTTP/1.1") {
  return line + "\r\nHost: a\r\n" + fields + "\r\n";
}

std::string problem_of(const std::string& text) {
  const auto head = parse(text);
  return head ? "" : head.error().problem;
}

TEST(Head, IsReadWithNamesInLowerCaseAndTrimmedValues) {
  const auto head =
      parse("POST /v1/a%20b?x=1 HTTP/1.1\r\nHost: a:80\r\nX-A: \t b \r\nx-a:c\r\nContent-Length: 12\r\n\r\n");
  ASSERT_TRUE(head) << head.error().detail;
  EXPECT_EQ(head->method, "POST");
  EXPECT_EQ(head->target.segments.back(), "a b");
  EXPECT_EQ(head->headers.at("x-a"), "b, c");
  EXPECT_EQ(head->content_length, 12U);
  EXPECT_TRUE(head->keep_alive);
}

TEST(Head, ConnectionOptionsAndVersionsDecideKeepAlive) {
  EXPECT_FALSE(parse(with("Connection: Close\r\n"))->keep_alive);
  EXPECT_FALSE(parse(with("Connection: keep-alive, close\r\n"))->keep_alive);
  EXPECT_FALSE(parse("GET / HTTP/1.0\r\n\r\n")->keep_alive);
  EXPECT_TRUE(parse("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n")->keep_alive);
  EXPECT_TRUE(parse(with("Expect: 100-Continue\r\n"))->expects_continue);
}

TEST(Head, LengthsThatTwoReadersCouldReadDifferentlyAreRefused) {
  for (const auto* value : {"abc", "-1", "+5", "5, 5", "5,5", "0x5", "5 5", "", "1e3", "９",
                            "9999999999999999999", "184467440737095516160"}) {
    EXPECT_EQ(problem_of(with("Content-Length: " + std::string(value) + "\r\n")), "bad-request") << value;
  }
  EXPECT_EQ(problem_of(with("Content-Length: 5\r\nContent-Length: 5\r\n")), "bad-request");
  EXPECT_EQ(problem_of(with("Content-Length: 5\r\nContent-length: 6\r\n")), "bad-request");
  EXPECT_EQ(problem_of(with("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n")), "bad-request");
  EXPECT_EQ(problem_of(with("Transfer-Encoding: chunked\r\n")), "length-required");
  EXPECT_EQ(problem_of(with("Transfer-Encoding: gzip, chunked\r\n")), "not-implemented");
  EXPECT_EQ(problem_of(with("Transfer-Encoding: xchunked\r\n")), "not-implemented");
  EXPECT_EQ(problem_of(with("Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n")), "bad-request");
}

TEST(Head, MalformedFieldsAreRefused) {
  for (const auto* fields :
       {"X : a\r\n", " X: a\r\n", "X: a\r\n b\r\n", "X: a\r\n\tb\r\n", "X\r\n", ": a\r\n", "X(: a\r\n",
        "X: a\rb\r\n", "X: a\x01\r\n", "X: \x7f\r\n", "X: \xff\xfe\r\n", "Content-Length : 5\r\n",
        "Host: b\r\n", "Authorization: a\r\nauthorization: b\r\n"}) {
    EXPECT_EQ(problem_of(with(fields)), "bad-request") << fields;
  }
  EXPECT_EQ(problem_of(with(std::string("X: a\0b\r\n", 8))), "bad-request");
  EXPECT_EQ(problem_of("GET / HTTP/1.1\nHost: a\n\n"), "bad-request");
  EXPECT_EQ(problem_of("GET / HTTP/1.1\r\nHost: a\r\nX: b\n\r\n"), "bad-request");
}

TEST(Head, HostIsRequiredAndChecked) {
  EXPECT_EQ(problem_of("GET / HTTP/1.1\r\n\r\n"), "bad-request");
  for (const auto* host : {"", "a b", "a:x", "a:99999", "a:-1", "a/b", "a@b", "a,b"}) {
    EXPECT_EQ(problem_of("GET / HTTP/1.1\r\nHost: " + std::string(host) + "\r\n\r\n"), "bad-request") << host;
  }
  for (const auto* host : {"a", "a:80", "127.0.0.1:8101", "[::1]", "[::1]:80", "_srv"}) {
    EXPECT_EQ(problem_of("GET / HTTP/1.1\r\nHost: " + std::string(host) + "\r\n\r\n"), "") << host;
  }
}

TEST(Head, RequestLinesAreChecked) {
  for (const auto* line :
       {"GET /", "GET  / HTTP/1.1", "GET / HTTP/1.1 ", "GET /a b HTTP/1.1", " GET / HTTP/1.1",
        "G(T / HTTP/1.1", "GET / http/1.1", "GET / HTTP/11", "GET / XTTP/1.1"}) {
    EXPECT_FALSE(parse(with("", line))) << line;
  }
  EXPECT_EQ(problem_of(with("", "GET / HTTP/2.0")), "http-version-not-supported");
  EXPECT_EQ(problem_of(with("", "GET http://a/ HTTP/1.1")), "bad-path");
  EXPECT_EQ(problem_of(with("", "OPTIONS * HTTP/1.1")), "bad-path");
  EXPECT_EQ(problem_of(with("", "CONNECT a:80 HTTP/1.1")), "bad-path");
  EXPECT_EQ(problem_of(with("Expect: the-worst\r\n")), "expectation-failed");
}

TEST(Head, LimitsHoldBeforeTheHeadIsWhole) {
  const HeadLimits limits{.line_bytes_max = 100, .head_bytes_max = 300, .fields_max = 5};
  const auto problem = [&](const std::string& bytes) {
    const auto end = find_head_end(bytes, limits);
    return end ? (*end ? "whole" : "more") : end.error().problem;
  };
  EXPECT_EQ(problem("GET /" + std::string(50, 'a')), "more");
  EXPECT_EQ(problem("GET /" + std::string(100, 'a')), "uri-too-long");
  EXPECT_EQ(problem("GET /" + std::string(100, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n"), "uri-too-long");
  EXPECT_EQ(problem("GET / HTTP/1.1\r\nX: " + std::string(200, 'a')), "more");
  EXPECT_EQ(problem("GET / HTTP/1.1\r\nX: " + std::string(300, 'a')), "headers-too-large");
  EXPECT_EQ(problem("GET / HTTP/1.1\r\nA:1\r\nB:1\r\nC:1\r\nD:1\r\nE:1\r\nF:1\r\n"), "headers-too-large");
  EXPECT_EQ(problem("GET / HTTP/1.1\r\nHost: a\r\n\r\nrest"), "whole");
}

TEST(Target, IsDecodedStrictly) {
  const auto target = parse_target("/v1/%E6%97%A5/x?name=a+b%2B&empty=&flag&utf=%C3%BC");
  ASSERT_TRUE(target) << target.error().detail;
  EXPECT_EQ(target->path, "/v1/%E6%97%A5/x");
  EXPECT_EQ(target->segments, (std::vector<std::string>{"v1", "日", "x"}));
  EXPECT_EQ(target->query.at("name"), "a b+");
  EXPECT_EQ(target->query.at("flag"), "");
  EXPECT_EQ(target->query.at("utf"), "ü");
}

TEST(Target, AmbiguousPathsAreRefused) {
  for (const auto* path :
       {"",          "a",      "//",        "//a",   "/a//b",      "/./a",       "/a/..", "/a/%2e%2e/b",
        "/a/%2E",    "/a%2fb", "/a%5Cb",    "/a\\b", "/%",         "/%4",        "/%zz",  "/%00",
        "/a%0d%0ab", "/%7f",   "/%c2%85",   "/%ff",  "/%c0%af",    "/%ed%a0%80", "/a b",  "/a#b",
        "/a\"b",     "/a<b",   "/\xc3\xbc", "/a{b}", "http://h/a", "*"}) {
    const auto target = parse_target(path);
    EXPECT_FALSE(target) << path;
    if (!target) {
      EXPECT_EQ(target.error().problem, "bad-path") << path;
    }
  }
}

TEST(Target, AmbiguousQueriesAreRefused) {
  for (const auto* query : {"a=1&a=2", "a=1&%61=2", "=1", "a=1&&b=2", "a=1&", "&a=1", "a=%", "a=%0", "a=%00",
                            "a=%0a", "a=%ff", "a=b#c", "a=\x01", "a=[1]"}) {
    const auto target = parse_target("/x?" + std::string(query));
    EXPECT_FALSE(target) << query;
    if (!target) {
      EXPECT_EQ(target.error().problem, "bad-query") << query;
    }
  }
  EXPECT_TRUE(parse_target("/x?"));
  std::string many = "/x?";
  for (int i = 0; i < 60; ++i) many += "k" + std::to_string(i) + "=1&";
  EXPECT_FALSE(parse_target(many + "z=1"));
}

}  // namespace
}  // namespace rescue::http
