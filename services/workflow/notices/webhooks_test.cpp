// What endpoints are sent, against api/openapi/workflow.json: who receives it verifies by that.
#include <gtest/gtest.h>

#include <set>

#include "notices/announcements.hpp"
#include "notices/notices_testing.hpp"
#include "notices/texts.hpp"

namespace rescue::workflow {
namespace {

std::set<std::string> types() {
  std::set<std::string> out;
  for (const auto& kind : notice_kinds()) out.insert("notice." + kind);
  return out;
}

TEST(Webhooks, EveryKindOfNoticeIsDescribedAndNothingElse) {
  EXPECT_EQ(contract::OpenApi("workflow").webhooks(), types());
}

TEST(Webhooks, TheExamplesSayWhatTheTemplatesSay) {
  std::size_t seen = 0;
  for (const auto& entry : std::filesystem::directory_iterator(RESCUE_SOURCE_DIR "/api/examples")) {
    const auto name = entry.path().filename().string();
    if (!name.starts_with("webhook-")) continue;
    std::ifstream in(entry.path());
    const auto example = Json::parse(in);
    const auto kind = example.at("type").get<std::string>().substr(std::string("notice.").size());
    const auto& data = example.at("data");
    const auto texts = notice_texts(kind, data.at("facts"));
    for (const auto* language : {"ja", "en"}) {
      EXPECT_EQ(data.at("subject").at(language), texts.at(language).at("subject")) << name;
      EXPECT_EQ(data.at("text").at(language), texts.at(language).at("text")) << name;
    }
    if (data.contains("report")) {
      EXPECT_EQ(data.at("facts").at("report_sha256"), sha256_hex(dump_json(data.at("report")))) << name;
    }
    ++seen;
  }
  EXPECT_EQ(seen, types().size());
}

TEST(Webhooks, TheDocumentsExampleOfASignatureFits) {
  std::ifstream document(RESCUE_SOURCE_DIR "/api/openapi/workflow.json");
  const auto parameters = Json::parse(document).at("components").at("parameters");
  const auto example = [&](const char* name) { return parameters.at(name).at("example").get<std::string>(); };
  std::ifstream in(RESCUE_SOURCE_DIR "/api/examples/webhook-completed.json");
  const std::string body(std::istreambuf_iterator<char>(in), {});
  const auto secrets = delivery::SigningSecrets::parse(kSecret).value();
  EXPECT_EQ(secrets.sign(example("WebhookId"), std::stoll(example("WebhookTimestamp")), body),
            example("WebhookSignature"));
  EXPECT_NE(parameters.at("WebhookSignature").at("description").get<std::string>().find(kSecret),
            std::string::npos);
}

/// The fixture holds each against its description.
TEST_F(NoticesTest, EveryKindIsSentAsItIsDescribed) {
  start();
  choose(confirmed(), "self_remediation");
  const Json cancel{{"decision", "cancel"}, {"reason", "asked by phone"}};
  const auto dropped = confirmed();
  ASSERT_TRUE(write_tx([&](store::Tx& tx) {
    return decide(app_->casework(), tx, dropped, cancel, "operator:k3", Trace::start());
  }));
  const auto id = working();
  const StopWindow window{clock_.now() + hours(1), clock_.now() + hours(2), "the disk is copied"};
  ASSERT_TRUE(write_tx([&](store::Tx& tx) {
    return announce_stop_window(app_->casework(), tx, load(id), window, "operator:k3");
  }));
  clock_.advance(hours(49));
  ASSERT_TRUE(app_->casework().remind_of_hearings());
  deliver();
  investigated(id);
  deliver();
  ASSERT_EQ(load(id).state, State::kCompleted);
  const auto order_id = query("SELECT order_id FROM orders WHERE incident_id = ?", {id}).at(0).text(0);
  ASSERT_TRUE(receive(
      messages::kChargeCreated, id,
      {{"order_id", order_id}, {"charge_id", ChargeId::make(clock_.now()).str()}, {"total_yen", 55'000}}));
  deliver();
  std::set<std::string> sent;
  for (const auto& request : posted_) sent.insert(parse_json(request.body).value().at("type"));
  EXPECT_EQ(sent, types());
}

}  // namespace
}  // namespace rescue::workflow
