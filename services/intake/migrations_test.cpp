#include <gtest/gtest.h>

#include "rescue/store/testing/old_versions.hpp"

extern const std::span<const rescue::EmbeddedFile> intake_migrations;

namespace rescue::intake {
namespace {

TEST(IntakeMigrations, KeepTheRowsOfEachEarlierVersion) {
  store::testing::expect_rows_to_survive(
      intake_migrations,
      {{.since = 1,
        .insert =
            "INSERT INTO reports (report_id, incident_id, state, source, category, server_id, customer, "
            "key_id, role, raw_body, raw_sha256, received_us) VALUES ('rep_1', 'inc_a', 'received', "
            "'third_party', 'intrusion', 'srv-1', 'C-1', 'k', 'reporter', '{}', 'h', 5)",
        .select = "SELECT customer FROM reports WHERE report_id = 'rep_1'",
        .expected = "C-1"},
       {.since = 2,
        .insert =
            "INSERT INTO reports (report_id, incident_id, state, source, category, server_id, customer, "
            "key_id, role, raw_body, raw_sha256, received_us, complaint) VALUES ('rep_2', 'inc_a', "
            "'received', 'third_party', 'intrusion', 'srv-1', 'C-1', 'k', 'reporter', '{}', 'h', 5, '{}')",
        .select = "SELECT complaint FROM reports WHERE report_id = 'rep_2'",
        .expected = "{}"},
       {.since = 3,
        .insert =
            "INSERT INTO reports (report_id, incident_id, state, source, category, server_id, customer, "
            "key_id, role, raw_body, raw_sha256, received_us, content_type, for_person) VALUES ('rep_3', "
            "'inc_b', 'for_person', 'third_party', 'unknown', '', '', 'k', 'reporter', 'AA==', 'h', 5, "
            "'message/rfc822', 'no_server')",
        .select = "SELECT for_person FROM reports WHERE report_id = 'rep_3'",
        .expected = "no_server"},
       {.since = 1,
        .insert = "INSERT INTO requests (request_id, incident_id, kind, state, key_id, customer, person, "
                  "raw_body, raw_sha256, submitted_us) VALUES ('req_1', 'inc_a', 'order', 'pending', 'k', "
                  "'C-1', 'p', '{}', 'h', 5)",
        .select = "SELECT kind FROM requests WHERE request_id = 'req_1'",
        .expected = "order"}});
}

}  // namespace
}  // namespace rescue::intake
