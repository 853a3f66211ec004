#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "rescue/base/clock.hpp"
#include "rescue/base/json.hpp"

namespace rescue::report {

/// The probe's document (api/schemas/investigation.schema.json) as values. Every text is cleaned and bounded.
struct Investigation {
  struct Judgement {
    std::string state;  ///< confirmed, suspected, none_found, undetermined
    std::string why;
  };
  struct Evidence {
    std::string file;
    std::string place;  ///< "line 12", "record 3", "offset 512" as {kind, number}; empty kind: whole file
    std::int64_t number = 0;
    std::string sha256;
    std::string excerpt;
  };
  struct Finding {
    std::string id, rule, title, severity, confidence, path, account, address, why, benign;
    std::vector<std::string> attack_ids;
    std::optional<Timestamp> time;
    std::vector<Evidence> evidence;
    std::size_t evidence_omitted = 0;
  };
  struct EntryVector {
    std::string technique, title, confidence, why, account, address;
    std::optional<Timestamp> at;
    std::vector<std::string> chain;
  };
  struct TimelineEntry {
    Timestamp time{};
    std::chrono::minutes utc_offset{0};
    std::string text, source, finding;
  };
  struct Gap {
    std::string path, reason, prevents;
    std::int64_t offset = 0, bytes = 0;
    std::optional<Timestamp> from, to;
  };
  struct Software {
    std::string name, kind, version, path, support_ended;
  };
  /// One of the walls around the process that read the disk.
  struct Wall {
    std::string level, why;
    bool held = false;
  };
  /// What was done about the abuse of the mail (rescue-responder).
  struct Response {
    struct Step {
      std::string id, title, state;
      std::vector<std::string> files, notes;  ///< notes: what the step does not reach
    };
    struct Manual {
      std::string title, why;
    };
    std::string outcome;  ///< full, partial, failed
    std::vector<Step> steps;
    std::vector<Manual> manual;  ///< what is left for a person
    bool relays_still = false;   ///< seen from outside, after the steps
    struct Kept {
      std::string what, place;
    };
    std::vector<Kept> stays;  ///< of the work, on the server
  };
  /// A list that was cut: `total` counts what the document held.
  template <class T>
  struct Bounded {
    std::vector<T> items;
    std::size_t total = 0;
    std::size_t omitted() const { return total - items.size(); }
  };

  std::string tool_version, hostname, os, time_zone;
  std::optional<Timestamp> from, to;
  Judgement intrusion, mail_abuse;
  bool cause_known = false;
  std::string cause_why;
  Bounded<EntryVector> entry_vectors;
  Bounded<Finding> findings;  ///< the most severe ones when cut, in the document's order
  Bounded<TimelineEntry> timeline;
  Bounded<std::string> accounts, files, addresses;
  Bounded<Software> software;
  Bounded<Gap> gaps;
  std::vector<Wall> sandbox;  ///< empty where the document does not tell
  std::map<std::string, std::int64_t> counts;
  std::optional<Response> response;

  const Finding* finding(const std::string& id) const;
  /// The server's own offset at the time of a finding, or at the timeline's entry nearest to `time`.
  std::optional<std::chrono::minutes> offset_at(const std::string& finding_id, Timestamp time) const;
};

/// kCorrupt ("bad-investigation") names the place that is not as the schema says. Keys that are not known are
/// left alone: a newer probe may say more.
Result<Investigation> parse_investigation(const Json& document);

/// 0 (info) … 4 (critical); -1 for any other word.
int severity_rank(std::string_view severity);

}  // namespace rescue::report
