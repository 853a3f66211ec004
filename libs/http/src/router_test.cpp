#include "router.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace rescue::http {
namespace {

Route route(Method method, std::string pattern) {
  return {.method = method,
          .pattern = std::move(pattern),
          .roles = {},
          .handler = [](const Request&) -> Result<Response> { return Response(); }};
}

TEST(Router, FindsRoutesParametersAndAllowedMethods) {
  const Router router({route(Method::kGet, "/v1/incidents"), route(Method::kGet, "/v1/incidents/{id}"),
                       route(Method::kGet, "/v1/incidents/search"),
                       route(Method::kPost, "/v1/incidents/{id}/orders"),
                       route(Method::kPut, "/v1/incidents/{key}")});
  EXPECT_EQ(router.find("GET", {"v1", "incidents", "inc_1"}).params.at("id"), "inc_1");
  EXPECT_EQ(router.find("PUT", {"v1", "incidents", "inc_1"}).params.at("key"), "inc_1");
  EXPECT_EQ(router.find("HEAD", {"v1", "incidents"}).route->pattern, "/v1/incidents");
  EXPECT_EQ(router.find("GET", {"v1", "incidents", "search"}).route->pattern, "/v1/incidents/search");
  EXPECT_EQ(router.find("POST", {"v1", "incidents", "a", "orders"}).params.at("id"), "a");
  const auto wrong_method = router.find("DELETE", {"v1", "incidents", "inc_1"});
  EXPECT_EQ(wrong_method.route, nullptr);
  EXPECT_EQ(wrong_method.allow, "GET, HEAD, PUT, OPTIONS");
  EXPECT_EQ(wrong_method.pattern, "/v1/incidents/{id}");
  for (const auto& segments : std::vector<std::vector<std::string>>{
           {}, {""}, {"v1"}, {"v1", "incidents", ""}, {"v1", "incidents", "a", "b"}, {"V1", "incidents"}}) {
    EXPECT_TRUE(router.find("GET", segments).allow.empty());
  }
}

TEST(Router, RefusesPatternsItCannotServe) {
  EXPECT_THROW(Router({route(Method::kGet, "v1")}), std::runtime_error);
  EXPECT_THROW(Router({route(Method::kGet, "/v1//a")}), std::runtime_error);
  EXPECT_THROW(Router({route(Method::kGet, "/{a}/{a}")}), std::runtime_error);
  EXPECT_THROW(Router({route(Method::kGet, "/a/{x}"), route(Method::kGet, "/a/{y}")}), std::runtime_error);
  EXPECT_THROW(Router({Route{.method = Method::kGet, .pattern = "/a", .roles = {}, .handler = nullptr}}),
               std::runtime_error);
}

}  // namespace
}  // namespace rescue::http
