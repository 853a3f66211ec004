#include "rescue/base/json_text.hpp"

#include <gtest/gtest.h>

#include "rescue/base/message.hpp"

namespace rescue {
namespace {

TEST(JsonTextTest, WritesEveryByteAsTheDumpDoes) {
  for (int byte = 0; byte < 256; ++byte) {
    for (const std::string& text :
         {std::string(1, static_cast<char>(byte)), "a" + std::string(1, static_cast<char>(byte)) + "b"}) {
      std::string out = "before ";
      append_json_string(out, text);
      EXPECT_EQ(out, "before " + dump_json(Json(text))) << byte;
    }
  }
}

TEST(JsonTextTest, WritesWhatADumpOfTheSameObjectIs) {
  JsonObjectText out;
  out.integer("a", INT64_MIN).json("b", "[1,null]").text("c", "say \"不正\"\n").number("d", 0.25);
  EXPECT_EQ(out.done(),
            dump_json({{"a", INT64_MIN}, {"b", {1, nullptr}}, {"c", "say \"不正\"\n"}, {"d", 0.25}}));
  EXPECT_EQ(JsonObjectText().done(), "{}");
}

TEST(JsonTextTest, MessagesAreEncodedAsACanonicalObject) {
  const Message message{.id = "msg_1",
                        .from = "intake",
                        .to = "workflow",
                        .type = "report.received",
                        .incident_id = "inc_\xff",
                        .sequence = 7,
                        .traceparent = "",
                        .created_us = 12,
                        .body = {{"z", 1}, {"a", "\\"}}};
  const auto text = encode_message(message);
  EXPECT_EQ(text, dump_json(*parse_json(text)));
  EXPECT_EQ(decode_message(text)->sequence, 7);
  EXPECT_EQ(dump_json(decode_message(text)->body), dump_json(message.body));
}

}  // namespace
}  // namespace rescue
