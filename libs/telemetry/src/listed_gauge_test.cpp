#include "rescue/telemetry/listed_gauge.hpp"

#include <gtest/gtest.h>

namespace rescue::telemetry {
namespace {

TEST(ListedGauge, IsZeroForWhatIsListedNoMore) {
  Metrics metrics;
  ListedGauge held(metrics, "rescue_key_held", "Keys that are held", "key");
  held.set({"a", "b"});
  EXPECT_NE(metrics.text().find("rescue_key_held{key=\"a\"} 1\n"), std::string::npos);
  held.set({"b"});
  const auto text = metrics.text();
  EXPECT_NE(text.find("rescue_key_held{key=\"a\"} 0\n"), std::string::npos);
  EXPECT_NE(text.find("rescue_key_held{key=\"b\"} 1\n"), std::string::npos);
}

}  // namespace
}  // namespace rescue::telemetry
