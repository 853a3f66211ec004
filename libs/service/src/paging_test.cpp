#include "rescue/service/paging.hpp"

#include <gtest/gtest.h>

namespace rescue::service {
namespace {

TEST(Paging, GivesACursorWhereMoreFollows) {
  http::Request request;
  request.query["limit"] = "2";
  auto page = read_page(request);
  ASSERT_TRUE(page);
  const Json first = page_json(Json::array({{{"id", "a"}}, {{"id", "b"}}, {{"id", "c"}}}), *page, "id");
  EXPECT_EQ(first["items"].size(), 2U);
  request.query["cursor"] = first["next_cursor"].get<std::string>();
  page = read_page(request);
  ASSERT_TRUE(page);
  EXPECT_EQ(page->after, "b");
  EXPECT_TRUE(page_json(Json::array({{{"id", "c"}}}), *page, "id")["next_cursor"].is_null());
}

TEST(Paging, RefusesWhatIsNoCursorOfOurs) {
  for (const auto* bad : {"", "a", "!!!!", "MTpi=", "Yg", "MTo"}) {
    http::Request request;
    request.query["cursor"] = bad;
    const auto page = read_page(request);
    ASSERT_FALSE(page) << bad;
    EXPECT_EQ(page.error().problem, "bad-cursor");
  }
}

TEST(Paging, CarriesAnyBytes) {
  std::string key;
  for (int i = 0; i < 256; ++i) {
    key += static_cast<char>(i);
    EXPECT_EQ(decode_cursor(encode_cursor(key)), key);
  }
}

}  // namespace
}  // namespace rescue::service
