#include <gtest/gtest.h>

#include "rescue/store/testing/old_versions.hpp"

extern const std::span<const rescue::EmbeddedFile> worker_migrations;

namespace rescue::worker {
namespace {

TEST(WorkerMigrations, KeepTheRowsOfEachEarlierVersion) {
  store::testing::expect_rows_to_survive(
      worker_migrations,
      {{.since = 1,
        .insert = "INSERT INTO attempts (number, job_id, attempt, incident_id, kind, server_id, lease_s, "
                  "traceparent, state, received_us) VALUES (1, 'job_1', 2, 'inc_a', 'precheck', 'srv-1', 60, "
                  "'', 'running', 1790000000000000)",
        .select = "SELECT state FROM attempts WHERE job_id = 'job_1' AND attempt = 2 AND received_us = "
                  "1790000000000000",
        .expected = "running"},
       {.since = 4,
        .insert =
            "INSERT INTO attempts (number, job_id, attempt, incident_id, kind, server_id, lease_s, "
            "traceparent, state, received_us, outside) VALUES (2, 'job_2', 1, 'inc_a', 'precheck', 'srv-1', "
            "60, '', 'queued', 5, '{}')",
        .select = "SELECT outside FROM attempts WHERE job_id = 'job_2'",
        .expected = "{}"},
       {.since = 6,
        .insert = "INSERT INTO attempts (number, job_id, attempt, incident_id, kind, server_id, lease_s, "
                  "traceparent, state, received_us, instructions) VALUES (3, 'job_3', 1, 'inc_a', "
                  "'mail_abuse_undo', 'srv-1', 60, '', 'queued', 5, '{\"steps\":[]}')",
        .select = "SELECT instructions FROM attempts WHERE job_id = 'job_3'",
        .expected = "{\"steps\":[]}"},
       {.since = 5,
        .insert = "INSERT INTO attempt_access (job_id, attempt, key_id, sealed) VALUES ('job_1', 2, "
                  "'seal-0123456789abcdef', 'c2VhbGVk')",
        .select = "SELECT sealed FROM attempt_access WHERE job_id = 'job_1' AND attempt = 2",
        .expected = "c2VhbGVk"}});
}

}  // namespace
}  // namespace rescue::worker
