// Responses to mail abuse: plan and undo.
#include <fstream>

#include "program_testing.hpp"

namespace rescue::ctl {
namespace {

const Json kUndo{{"job_id", "job_1"}, {"kind", "mail_abuse_undo"}, {"state", "queued"}};

TEST_F(Program, UndoesAResponseWithTheSealedAccessOfAFile) {
  route(Method::kPost, "/v1/incidents/{id}/undos", kUndo);
  const Json box{{"key_id", "seal-0123456789abcdef"}, {"sealed", "c2VhbGVk"}};
  std::ofstream(directory + "/access.json") << dump_json({{"access", box}});
  EXPECT_EQ(run({"undo", "inc_1", "--reason", "r", "--steps", "2,1", "--queue", "--access",
                 directory + "/access.json"}),
            0)
      << err.str();
  EXPECT_EQ(last().path, "/v1/incidents/inc_1/undos");
  EXPECT_EQ(*parse_json(last().body),
            (Json{{"reason", "r"}, {"steps", {2, 1}}, {"queue", true}, {"access", box}}));
  EXPECT_EQ(out.str(), "job_1 (mail_abuse_undo) is now queued.\n");
  EXPECT_EQ(run({"undo", "inc_1", "--reason", "r"}), 0) << err.str();
  EXPECT_EQ(*parse_json(last().body), (Json{{"reason", "r"}})) << "all of its steps";
}

TEST_F(Program, OfAnUndoThatIsWronglyAskedForNothingIsSent) {
  route(Method::kPost, "/v1/incidents/{id}/undos", kUndo);
  EXPECT_EQ(run({"undo", "inc_1", "--reason", "r", "--steps", "first"}), 1);
  EXPECT_NE(err.str().find("--steps takes numbers"), std::string::npos) << err.str();
  std::ofstream(directory + "/clear.txt") << "user root password swordfish";
  EXPECT_EQ(run({"undo", "inc_1", "--reason", "r", "--access", directory + "/clear.txt"}), 1);
  EXPECT_EQ(err.str().find("swordfish"), std::string::npos) << "an error shows no access";
  EXPECT_TRUE(requests.empty());
}

TEST_F(Program, AsksForAPlanAndShowsItLineByLineEscaped) {
  route(Method::kPost, "/v1/incidents/{id}/response-plans",
        Json{{"job_id", "job_2"}, {"kind", "mail_abuse_plan"}, {"state", "queued"}});
  route(
      Method::kGet, "/v1/jobs",
      page({{{"job_id", "job_2"},
             {"state", "succeeded"},
             {"document_sha256", "ab12"},
             {"summary", {{"plan", {{"text", "1. Close the relay\n   Changes /etc/\x1b[2Jmain.cf\n"}}}}}}}));
  EXPECT_EQ(run({"plan", "inc_1", "--reason", "r"}), 0) << err.str();
  EXPECT_EQ(*parse_json(last().body), (Json{{"reason", "r"}}));
  EXPECT_EQ(run({"plan", "show", "inc_1"}), 0) << err.str();
  EXPECT_EQ(last().query.at("kind"), "mail_abuse_plan");
  EXPECT_EQ(out.str(), "1. Close the relay\n   Changes /etc/\\x1b[2Jmain.cf\nAll of it: evidence ab12\n");
}

}  // namespace
}  // namespace rescue::ctl
