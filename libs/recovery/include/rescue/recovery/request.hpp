#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "rescue/recovery/response_plan.hpp"

namespace rescue::recovery {

/// What rescue-responder is asked, one JSON object a line: {"id", "op", …}.
struct Request {
  static constexpr std::size_t kLineBytesMax = 1 << 20;

  std::int64_t id = 0;
  std::string op;
  std::vector<Way> ways = {};       ///< plan, verify
  std::string step = {};            ///< apply: its id
  std::string step_sha256 = {};     ///< apply: as the plan named it
  std::string job = {};             ///< apply, queue-plan, -hold, -purge: optional, whose work it is
  std::set<std::string> jobs = {};  ///< queue-restore, -release: optional, whose work alone; empty: all
  std::string lock_sha256 = {};     ///< apply, undo, settle: of the lock record that allows it
  int number = 0;                   ///< undo, record
  std::string record_sha256 = {};   ///< undo: optional
  std::string lock_record = {};     ///< lock-write: its bytes
  Json criteria = {};               ///< queue-plan, queue-hold, queue-purge: queue_criteria.hpp
  int round = 0;                    ///< queue-record
  std::int64_t offset = 0;          ///< queue-record: of bytes
};

/// Strict. kInvalid with the field; `id_if_known` is set as soon as it is read, for the answer.
Result<Request> parse_request(std::string_view line, std::int64_t& id_if_known);

/// The answers: {"id", "ok": true, "result"} and {"id", "ok": false, "error": {"code", "problem", "detail"}},
/// with the line's end.
std::string answer(std::int64_t id, const Result<Json>& result);

}  // namespace rescue::recovery
