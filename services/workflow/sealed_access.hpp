#pragma once

#include <optional>
#include <string>
#include <vector>

#include "rescue/base/json.hpp"
#include "rescue/incident/state_machine.hpp"
#include "rescue/store/database.hpp"

namespace rescue::workflow {

/// How the customer lets us in, as it came: nobody here can open it.
struct HandedAccess {
  std::string key_id;
  std::string sealed;
};

/// Takes the box out of a request's body, in which its SHA-256 takes its place: requests are kept, boxes are
/// not. kInvalid for one that is none.
Result<std::optional<HandedAccess>> take_access(Json& body);

/// Whether an incident in this state may have access: it is open, and the customer has not declined.
bool may_have_access(incident::State state);

/// The boxes that are kept. Each function runs inside the caller's transaction.
class SealedAccess {
 public:
  /// With an order that is not decided yet.
  static Status offer(store::Tx& tx, const std::string& request_id, const HandedAccess& access,
                      std::int64_t received_us);
  /// The request was refused, the job has ended: what came with it goes. False: there was none.
  static Result<bool> withdraw(store::Tx& tx, const std::string& request_id);
  /// Under which name an undo's box waits for a second person.
  static std::string of_undo(const std::string& incident_id) { return "undo of " + incident_id; }
  /// The incidents with an undo whose box came before that time and waits still; a hundred at most.
  static Result<std::vector<std::string>> undos_waiting_since(store::Tx& tx, std::int64_t before_us);
  /// What waits under this name, which waits no more.
  static Result<std::optional<HandedAccess>> take(store::Tx& tx, const std::string& request_id);
  /// What was offered with the request is the incident's from now on. False: nothing was offered, or a later
  /// one is there already.
  static Result<bool> accept(store::Tx& tx, const std::string& request_id, const std::string& incident_id);
  /// Deletes the incident's box. False: there was none.
  static Result<bool> remove(store::Tx& tx, const std::string& incident_id);

  /// The incident's box, if it has one.
  static Result<std::optional<HandedAccess>> find(store::Tx& tx, const std::string& incident_id);
  /// {key_id, sealed} for the worker: the job's own, which was offered under its id, else the incident's.
  /// Nothing: there is none.
  static Result<std::optional<Json>> for_worker(store::Tx& tx, const std::string& incident_id,
                                                const std::string& job_id);
  /// What is shown: {given: true, key_id, received_at}, or {given: false}.
  static Result<Json> view(store::Tx& tx, const std::string& incident_id);
};

}  // namespace rescue::workflow
