#include "notices/contacts_file.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "rescue/base/id.hpp"

namespace rescue::workflow {
namespace {

class ContactsTest : public ::testing::Test {
 protected:
  ContactsTest() : dir_(std::filesystem::temp_directory_path() / ("contacts_test_" + random_hex(8))) {
    std::filesystem::create_directories(dir_);
    write("secrets", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n");
    settings_.contacts_file = (dir_ / "contacts.json").string();
    settings_.relay.url = "smtp://relay.internal";
  }
  ~ContactsTest() override { std::filesystem::remove_all(dir_); }

  void write(const std::string& name, const std::string& text) { std::ofstream(dir_ / name) << text; }
  /// As a deployment does it: a new file in the old one's place.
  void replace(const std::string& name, const std::string& text) {
    write(name + ".new", text);
    std::filesystem::rename(dir_ / (name + ".new"), dir_ / name);
  }
  Result<Contacts> load(const Json& document) {
    write("contacts.json", dump_json(document));
    return Contacts::load(settings_);
  }
  Json with(const Json& change) {
    Json webhook{
        {"id", "main"}, {"url", "https://example.jp/h"}, {"secrets_file", (dir_ / "secrets").string()}};
    webhook.update(change);
    return {{"customers", {{"C-1", {{"language", "ja"}, {"webhooks", {webhook}}}}}}};
  }

  std::filesystem::path dir_;
  NoticeSettings settings_;
};

TEST_F(ContactsTest, TheShippedExampleIsTaken) {
  std::ifstream in(std::string(RESCUE_SOURCE_DIR) + "/services/workflow/contacts.example.json");
  std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  auto example = parse_json(text).value();
  example["customers"]["C-1001"]["webhooks"][0]["secrets_file"] = (dir_ / "secrets").string();
  const auto contacts = load(example);
  ASSERT_TRUE(contacts) << contacts.error().detail;
  const auto* customer = contacts->find("customer", "C-1001");
  ASSERT_NE(customer, nullptr);
  EXPECT_EQ(customer->mail, std::vector<std::string>{"admin@customer.example"});
  EXPECT_EQ(customer->endpoints, std::vector<std::string>{"c-1001-main"});
  EXPECT_EQ(contacts->find("reporter", "reporter")->language, "en");
  EXPECT_EQ(contacts->find("customer", "reporter"), nullptr);
}

TEST_F(ContactsTest, WithoutAFileNobodyHasAContact) {
  settings_.contacts_file.clear();
  EXPECT_EQ(Contacts::load(settings_)->find("customer", "C-1"), nullptr);
}

TEST_F(ContactsTest, AFaultNamesTheFileAndTheField) {
  EXPECT_TRUE(load(with(Json::object())));
  const std::vector<std::pair<Json, std::string>> faults = {
      {with({{"url", "http://example.jp/h"}}), "/customers/C-1/webhooks/0/url"},
      {with({{"id", "a b"}}), "/customers/C-1/webhooks/0/id"},
      {with({{"secrets_file", "/nowhere"}}), "/nowhere"},
      {with({{"colour", "red"}}), "colour"},
      {{{"customers", {{"C-1", {{"language", "fr"}}}}}}, "language"},
      {{{"customers", {{"C-1", {{"language", "ja"}, {"mail", {"no address"}}}}}}}, "/customers/C-1/mail"},
      {{{"clients", Json::object()}}, "clients"}};
  for (const auto& [document, named] : faults) {
    const auto refused = load(document);
    ASSERT_FALSE(refused) << document;
    EXPECT_NE(refused.error().detail.find("contacts.json"), std::string::npos);
    EXPECT_NE(refused.error().detail.find(named), std::string::npos) << refused.error().detail;
  }
  auto twice = with(Json::object());
  twice["reporters"]["r"] = twice["customers"]["C-1"];
  EXPECT_FALSE(load(twice)) << "an endpoint's id is its own";
  settings_.relay.url.clear();
  EXPECT_FALSE(load({{"customers", {{"C-1", {{"language", "ja"}, {"mail", {"a@b.jp"}}}}}}}))
      << "mail needs a relay";
}

TEST_F(ContactsTest, AreReadAgainWhenTheFileOrItsSecretsHaveChanged) {
  write("contacts.json", dump_json(with(Json::object())));
  ContactsFile file(settings_);
  const auto first = file.current();
  EXPECT_FALSE(*file.refresh());
  replace("contacts.json", dump_json(with({{"id", "other"}})));
  EXPECT_TRUE(*file.refresh());
  EXPECT_NE(file.current()->endpoint("other"), nullptr);
  EXPECT_EQ(file.current()->endpoint("main"), nullptr);
  EXPECT_NE(first->endpoint("main"), nullptr) << "who has a snapshot keeps it";
  EXPECT_FALSE(*file.refresh());
  replace("secrets", "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD\nwhsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n");
  EXPECT_TRUE(*file.refresh()) << "a secret is rotated";
}

TEST_F(ContactsTest, ABrokenFileLeavesTheLastGoodVersionInForceAndIsNamedWithItsLine) {
  const auto good = with(Json::object()).dump(2);
  write("contacts.json", good);
  ContactsFile file(settings_);
  auto broken = good;
  broken.replace(broken.find("https"), 5, "gopher");
  replace("contacts.json", broken);
  for (int look = 0; look < 2; ++look) {
    ASSERT_FALSE(file.refresh());
    const auto line =
        ":" +
        std::to_string(1 + std::count(good.begin(),
                                      good.begin() + static_cast<std::ptrdiff_t>(good.find("https")), '\n')) +
        ": ";
    EXPECT_NE(file.broken().value_or("").find("contacts.json" + line + "/customers/C-1/webhooks/0/url"),
              std::string::npos)
        << file.broken().value_or("");
    EXPECT_NE(file.current()->endpoint("main"), nullptr);
  }
  std::filesystem::remove(dir_ / "contacts.json");
  EXPECT_FALSE(file.refresh());
  replace("contacts.json", good);
  EXPECT_TRUE(*file.refresh());
  EXPECT_FALSE(file.broken());
  std::filesystem::remove(dir_ / "secrets");
  EXPECT_FALSE(file.refresh());
  EXPECT_NE(file.broken().value_or("").find("secrets_file"), std::string::npos);
  settings_.contacts_file = (dir_ / "none.json").string();
  EXPECT_THROW(ContactsFile{settings_}, std::runtime_error);
}

TEST(NoticeSettingsTest, TheShippedExampleSaysTheDefaults) {
  std::ifstream in(std::string(RESCUE_SOURCE_DIR) + "/services/workflow/workflow.example.json");
  std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  auto source = config::Source::from("workflow", parse_json(text).value(), {}).value();
  const auto settings = read_notice_settings(source);
  EXPECT_TRUE(source.finish_part()) << source.finish_part().error().detail;
  const NoticeSettings defaults;
  EXPECT_EQ(settings.retry_pauses, defaults.retry_pauses);
  EXPECT_EQ(settings.report_delivery, defaults.report_delivery);
  EXPECT_EQ(settings.timeout, defaults.timeout);
  EXPECT_EQ(settings.endpoint_dead_after, defaults.endpoint_dead_after);
}

TEST(NoticeSettingsTest, AllFaultsAreSaidTogether) {
  const Json file{{"notices",
                   {{"retry_pauses_s", "5,soon"},
                    {"report_delivery", "pigeon"},
                    {"mail", {{"relay_url", "relay:25"}, {"from", "nobody"}, {"user", "u"}}}}}};
  auto source = config::Source::from("workflow", file, {}).value();
  read_notice_settings(source);
  const auto faults = source.finish_part();
  ASSERT_FALSE(faults);
  for (const auto* key : {"notices.retry_pauses_s", "notices.report_delivery", "notices.mail.relay_url",
                          "notices.mail.from", "notices.mail.password_file"}) {
    EXPECT_NE(faults.error().detail.find(key), std::string::npos) << key << ": " << faults.error().detail;
  }
}

}  // namespace
}  // namespace rescue::workflow
