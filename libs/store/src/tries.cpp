#include "rescue/store/tries.hpp"

namespace rescue::store {

Result<Tries::Begun> Tries::begin(Tx& tx, const std::string& message_id, const std::string& process,
                                  const Limits& limits, std::int64_t now_us) {
  RESCUE_ASSIGN(const auto row,
                tx.find("SELECT tries, first_us, last_us, process FROM message_tries WHERE message_id = ?",
                        {message_id}));
  if (row) {
    const Story story{row->integer(0), row->integer(1), row->integer(2), row->text(3)};
    if (story.process == process) return Begun{};
    if (!story.process.empty() && now_us - story.last_us < limits.alive_us)
      return Begun{Verdict::kAtWork, {}};
    if (story.tries >= limits.tries_max) return Begun{Verdict::kSetAside, story};
  }
  RESCUE_TRY(tx.execute(
      "INSERT INTO message_tries (message_id, tries, process, first_us, last_us) VALUES (?, 1, ?, ?, ?)"
      " ON CONFLICT (message_id) DO UPDATE SET tries = message_tries.tries + 1,"
      " process = excluded.process, last_us = excluded.last_us",
      {message_id, process, now_us, now_us}));
  return Begun{};
}

Status Tries::come_back(Tx& tx, const std::string& message_id, const std::string& process) {
  RESCUE_TRY(tx.execute(
      "UPDATE message_tries SET tries = tries - 1, process = '' WHERE message_id = ? AND process = ?",
      {message_id, process}));
  RESCUE_TRY(tx.execute("DELETE FROM message_tries WHERE message_id = ? AND tries < 1", {message_id}));
  return {};
}

Status Tries::forget(Tx& tx, const std::string& message_id) {
  RESCUE_TRY(tx.execute("DELETE FROM message_tries WHERE message_id = ?", {message_id}));
  return {};
}

Result<std::vector<std::string>> Tries::begun(Tx& tx, std::size_t limit) {
  RESCUE_ASSIGN(const auto rows,
                tx.query("SELECT message_id FROM message_tries ORDER BY last_us DESC LIMIT ?",
                         {static_cast<std::int64_t>(limit)}));
  std::vector<std::string> out;
  for (const Row& row : rows) out.push_back(row.text(0));
  return out;
}

Status Tries::forget_handled(Tx& tx) {
  RESCUE_TRY(tx.execute("DELETE FROM message_tries WHERE message_id IN (SELECT id FROM inbox)"));
  return {};
}

}  // namespace rescue::store
