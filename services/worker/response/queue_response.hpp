#pragma once

#include <set>
#include <string>
#include <vector>

#include "guarded_server.hpp"

namespace rescue::worker {

/// What is done about the mail of the abuse that waits on the server: held before anything else is changed,
/// purged when the way in is shut. The envelopes and a sample, which the server writes down before it touches
/// a message, go to the evidence store. Borrows all it is given.
class QueueResponse {
 public:
  QueueResponse(const JobContext& context, GuardedServer& server) : context_(context), server_(server) {}

  /// Judges by these ways and holds. Nothing where they say nothing narrow enough. A refusal of the server's
  /// is told and ends no attempt; errors are those that do.
  Status hold(const Json& ways);
  /// Purges what hold() judged by. The part `queue` of the response: {"criteria", "plan", "held", "purged",
  /// "evidence_sha256", "unsure"?: sentences on what could not be judged, "failure"?}.
  Result<Json> purge();
  /// Puts it among the steps of the response, what was found done, or what a person has to do.
  void tell_in(Json& response) const;

 private:
  Result<Json> until_all_is_done(std::string_view op);
  Status keep_evidence(const Json& rounds);
  Status keep_round(std::int64_t round);
  Status tell(const Error& error);
  Status purge_all();
  void note_unsure(const Json& told);
  void add_what_is_unsure();
  void tell_what_stays(Json& stays) const;
  void tell_unsure(Json& manual) const;

  const JobContext& context_;
  GuardedServer& server_;
  Json criteria_, classes_, out_ = Json::object();
  std::vector<std::string> left_;  ///< ways that no narrow criterion was found for
  std::set<std::string> unsure_;   ///< what the server told of gaps and faults
  std::int64_t new_ = 0;           ///< messages that this attempt decided to purge or to hold
};

}  // namespace rescue::worker
