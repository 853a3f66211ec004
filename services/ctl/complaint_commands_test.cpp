// Complaints as mails, at the operators' command line.
#include "program_testing.hpp"

namespace rescue::ctl {
namespace {

TEST_F(Program, HandsInAMailAsItIs) {
  route(Method::kPost, "/v1/reports",
        Json{{"report_id", "rep_1"}, {"incident_id", "inc_1"}, {"state", "for_person"}, {"status_url", "/"}});
  const std::string bytes = "From: a\r\n\r\n\xff spam";
  std::ofstream(directory + "/mail.eml", std::ios::binary) << bytes;
  EXPECT_EQ(run({"complaint", directory + "/mail.eml"}), 0) << err.str();
  EXPECT_EQ(last().body, bytes);
  EXPECT_EQ(last().headers.at("content-type"), "message/rfc822");
  EXPECT_NE(out.str().find("rep_1: a person has to read it"), std::string::npos) << out.str();
}

TEST_F(Program, ShowsAReportAsItCameAndMakesOneOfWhatWasRead) {
  http::Route original;
  original.pattern = "/v1/reports/{id}/original";
  original.roles = {"operator"};
  original.handler = [](const http::Request&) -> Result<http::Response> {
    return http::Response{.content_type = "message/rfc822", .body = "From: a\n\nb"};
  };
  routes.push_back(original);
  route(Method::kPost, "/v1/reports",
        Json{{"report_id", "rep_2"}, {"incident_id", "inc_1"}, {"status_url", "/"}});
  EXPECT_EQ(run({"complaint", "original", "rep_1"}), 0) << err.str();
  EXPECT_EQ(out.str(), "From: a\n\nb");
  EXPECT_EQ(run({"complaint", "report", "rep_1", "--server", "192.0.2.10", "--category", "mail_abuse",
                 "--summary", "a relay"}),
            0)
      << err.str();
  EXPECT_EQ(*parse_json(last().body), (Json{{"source", "third_party"},
                                            {"category", "mail_abuse"},
                                            {"server", {{"address", "192.0.2.10"}}},
                                            {"summary", "a relay"},
                                            {"of_report", "rep_1"}}));
  EXPECT_NE(out.str().find("incident inc_1"), std::string::npos) << out.str();
}

}  // namespace
}  // namespace rescue::ctl
