#include <gtest/gtest.h>

#include "rescue/base/base64.hpp"
#include "rescue/delivery/webhook.hpp"

namespace rescue::delivery {
namespace {

// The example of the Standard Webhooks specification and its libraries.
constexpr auto kSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
constexpr auto kId = "msg_p5jXN8AQM9LWM0D4loKWxJek";
constexpr std::int64_t kTimestamp = 1614265330;
constexpr auto kBody = R"({"test": 2432232314})";
constexpr auto kSignature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

TEST(SigningSecrets, SignAsStandardWebhooksSay) {
  const auto secrets = SigningSecrets::parse(kSecret);
  ASSERT_TRUE(secrets) << secrets.error().detail;
  EXPECT_EQ(secrets->sign(kId, kTimestamp, kBody), kSignature);
}

TEST(SigningSecrets, BothSignWhileASecretIsBeingChanged) {
  const auto other = "whsec_" + encode_base64(std::string(32, 'x'));
  const auto both = SigningSecrets::parse(std::string(kSecret) + "\n" + other + "\n");
  ASSERT_TRUE(both);
  const auto alone = SigningSecrets::parse(other)->sign(kId, kTimestamp, kBody);
  EXPECT_EQ(both->sign(kId, kTimestamp, kBody), std::string(kSignature) + " " + alone);
}

TEST(SigningSecrets, AreRefusedWithoutBeingRepeated) {
  const auto three = std::string(kSecret) + "\n" + kSecret + "\n" + kSecret;
  for (const std::string& text :
       {std::string(), std::string("\n\n"), std::string("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
        std::string("whsec_short"), "whsec_" + encode_base64(std::string(23, 'x')),
        "whsec_" + encode_base64(std::string(65, 'x')),
        std::string("whsec_!!!!MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), three}) {
    const auto refused = SigningSecrets::parse(text);
    ASSERT_FALSE(refused) << text;
    EXPECT_EQ(refused.error().detail.find("MfKQ"), std::string::npos);
  }
}

}  // namespace
}  // namespace rescue::delivery
