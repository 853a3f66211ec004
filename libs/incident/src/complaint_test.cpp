#include "rescue/incident/complaint.hpp"

#include <gtest/gtest.h>

namespace rescue::incident {
namespace {

Result<Complaint> read(const Json& json) {
  return read_complaint(JsonReader(json, "/complaint"));
}

std::string fault(const Json& json) {
  const auto complaint = read(json);
  return complaint ? "none" : complaint.error().problem + " " + complaint.error().pointer;
}

TEST(Complaint, ComesBackAsItWasRead) {
  for (const auto& json : {Json{{"kind", "open_relay"}},
                           Json{{"kind", "phishing_url"}, {"url", "https://shop.example.com/login?x=1"}},
                           Json{{"kind", "open_port"}, {"port", 6379}, {"protocol", "tcp"}},
                           Json{{"kind", "login_attack"}, {"port", 22}},
                           Json{{"kind", "spam"}, {"url", "http://192.0.2.10/pills"}}}) {
    const auto complaint = read(json);
    ASSERT_TRUE(complaint) << complaint.error().detail;
    EXPECT_EQ(to_json(*complaint), json);
  }
}

TEST(Complaint, NamesTheFieldThatIsWrong) {
  EXPECT_EQ(fault({{"kind", "noise"}}), "not-allowed-value /complaint/kind");
  EXPECT_EQ(fault(Json::object()), "missing-field /complaint/kind");
  EXPECT_EQ(fault({{"kind", 7}}), "wrong-type /complaint/kind");
  EXPECT_EQ(fault(Json::array()), "wrong-type /complaint");
  EXPECT_EQ(fault({{"kind", "phishing_url"}}), "missing-field /complaint/url");
  EXPECT_EQ(fault({{"kind", "malware_url"}, {"port", 80}}), "missing-field /complaint/url");
  EXPECT_EQ(fault({{"kind", "phishing_url"}, {"url", "ftp://a/"}}), "not-allowed-value /complaint/url");
  EXPECT_EQ(fault({{"kind", "spam"}, {"url", "http://u:p@a/"}}), "not-allowed-value /complaint/url");
  EXPECT_EQ(fault({{"kind", "other"}, {"url", "http://a/" + std::string(2'040, 'x')}}),
            "wrong-length /complaint/url");
  EXPECT_EQ(fault({{"kind", "open_port"}}), "missing-field /complaint/port");
  EXPECT_EQ(fault({{"kind", "open_port"}, {"port", 0}}), "out-of-range /complaint/port");
  EXPECT_EQ(fault({{"kind", "open_port"}, {"port", 65'536}}), "out-of-range /complaint/port");
  EXPECT_EQ(fault({{"kind", "ddos"}, {"protocol", "icmp"}}), "not-allowed-value /complaint/protocol");
  EXPECT_EQ(fault({{"kind", "ddos"}, {"address", "192.0.2.1"}}), "unknown-field /complaint/address");
}

}  // namespace
}  // namespace rescue::incident
