#include "operations.hpp"

#include <algorithm>

#include "queue_operations.hpp"
#include "rescue/base/base64.hpp"
#include "rescue/base/sha256.hpp"
#include "rescue/recovery/survey.hpp"

namespace rescue::responder {
namespace {

using recovery::Request;

constexpr int kProtocol = 1;

Json hello() {
  return {{"name", "rescue-responder"}, {"version", RESCUE_VERSION}, {"protocol", kProtocol}};
}

Json told(const recovery::StepRecord& record) {
  return {{"number", record.number},
          {"step", record.step.id},
          {"title", record.step.title},
          {"state", recovery::to_string(record.state)},
          {"job", record.job},
          {"told", record.told},
          {"record_sha256", record.sha256}};
}

Json told(const recovery::StepEnd& end) {
  const bool already = end.kind == recovery::StepEnd::Kind::kAlready;
  Json out{{"state", already ? "already" : "done"}};
  if (end.record.number > 0) out["record"] = told(end.record);
  return out;
}

}  // namespace

Result<std::unique_ptr<Operations>> Operations::open(const std::string& root, recovery::RunProgram run) {
  RESCUE_ASSIGN(auto files, recovery::ServerFiles::open(root));
  RESCUE_ASSIGN(auto place, fence::FolderPlace::open(root));
  return std::unique_ptr<Operations>(new Operations(std::move(files), std::move(place), std::move(run)));
}

Result<Json> Operations::run(const Request& request) {
  try {
    return run_one(request);
  } catch (const std::exception& error) {
    return fail(ErrorCode::kInternal, "internal-error", request.op + ": " + error.what());
  }
}

Result<Json> Operations::run_one(const Request& request) {
  const auto& op = request.op;
  if (op == "hello") return hello();
  if (op == "survey") return recovery::survey({files_, run_});
  if (op == "plan") return plan(request);
  if (op == "verify") return verify(request);
  if (op == "status") return status();
  if (op == "record") return record(request);
  if (only_reads_queue(op)) return queue(request);
  RESCUE_TRY(must_hold());
  if (op == "apply") return apply(request);
  if (op == "undo") return undo(request);
  if (op == "settle") return settle(request);
  if (op.starts_with("queue-")) {
    RESCUE_TRY(must_be_allowed(request));
    return queue(request);
  }
  if (op == "lock-read") return read_lock();
  if (op == "lock-write") {
    RESCUE_TRY(place_->write(request.lock_record));
    return Json{{"sha256", sha256_hex(request.lock_record)}};
  }
  return fail(ErrorCode::kConflict, "lock-not-held", op + " is not possible here");
}

Status Operations::alone(const std::function<Status()>& work) {
  return place_->alone([&]() -> Status {
    held_ = true;
    const auto ended = work();
    held_ = false;
    return ended;
  });
}

Result<Json> Operations::plan(const Request& request) {
  auto plan = recovery::plan_response({files_, run_}, request.ways);
  Json out = recovery::describe(plan);
  planned_ = std::move(plan.steps);
  return out;
}

/// In the log an office that some table lets in looks like a stranger. So mail is judged by where it came
/// from only where strangers were let in, as we saw for ourselves.
Result<Json> Operations::queue(Request request) {
  const auto named = [](const recovery::Way& way) {
    return way.way == "open_relay" && !way.addresses.empty();
  };
  const bool unseen = std::ranges::any_of(request.ways, named) && !relay_was_open(request.job);
  if (unseen) std::erase_if(request.ways, named);
  RESCUE_ASSIGN(auto out, run_queue(request, files_.root(), SystemClock().now()));
  if (unseen)
    out["left"].push_back(
        "open relay: the server was not seen to relay for strangers, so no mail is judged by its address");
  return out;
}

bool Operations::relay_was_open(const std::string& job) const {
  const auto closes = [](const recovery::Step& step) { return step.id.starts_with("close-relay"); };
  const auto plan = recovery::plan_response({files_, run_}, {{.way = "open_relay"}});
  if (plan.relay_open || std::ranges::any_of(plan.steps, closes)) return true;
  const auto book = recovery::StepBook::open(files_);
  const auto records = book ? book->all() : Result<std::vector<recovery::StepRecord>>();
  return records && std::ranges::any_of(*records, [&](const recovery::StepRecord& one) {
           return one.state == recovery::StepState::kDone && one.job == job && closes(one.step);
         });
}

recovery::Stepper Operations::stepper(const recovery::StepBook& book) const {
  return {files_, book, run_, recovery::greeting_of(files_)};
}

Result<Json> Operations::apply(const Request& request) {
  RESCUE_TRY(must_be_allowed(request));
  const auto step = std::find_if(planned_.begin(), planned_.end(), [&](const auto& one) {
    return one.id == request.step && recovery::step_sha256(one) == request.step_sha256;
  });
  if (step == planned_.end())
    return fail(ErrorCode::kConflict, "not-as-planned", "the last plan has no such step " + request.step,
                "/step");
  RESCUE_ASSIGN(const auto book, recovery::StepBook::open(files_));
  RESCUE_ASSIGN(const auto end, stepper(book).apply(*step, request.lock_sha256, request.job));
  return told(end);
}

Result<Json> Operations::undo(const Request& request) {
  RESCUE_TRY(must_be_allowed(request));
  RESCUE_ASSIGN(const auto book, recovery::StepBook::open(files_));
  RESCUE_ASSIGN(const auto end,
                stepper(book).undo(request.number, request.lock_sha256, request.record_sha256));
  return told(end);
}

Result<Json> Operations::verify(const Request& request) {
  return recovery::verify({files_, run_}, request.ways);
}

Result<Json> Operations::settle(const Request& request) {
  RESCUE_TRY(must_be_allowed(request));
  RESCUE_ASSIGN(const auto book, recovery::StepBook::open(files_));
  RESCUE_ASSIGN(const auto settled, stepper(book).settle());
  return Json{{"settled", settled}};
}

Result<Json> Operations::status() {
  RESCUE_ASSIGN(const auto book, recovery::StepBook::open(files_));
  RESCUE_ASSIGN(const auto records, book.all());
  Json steps = Json::array();
  for (const auto& one : records) steps.push_back(told(one));
  return Json{{"steps", std::move(steps)}};
}

Result<Json> Operations::record(const Request& request) {
  RESCUE_ASSIGN(const auto book, recovery::StepBook::open(files_));
  RESCUE_ASSIGN(const auto records, book.all());
  for (const auto& one : records) {
    if (one.number == request.number) return recovery::evidence_of(one);
  }
  return fail(ErrorCode::kNotFound, "no-such-step", "there is no step " + std::to_string(request.number),
              "/number");
}

Result<Json> Operations::read_lock() {
  RESCUE_ASSIGN(const auto bytes, place_->read());
  if (!bytes) return Json{{"record", nullptr}};
  return Json{{"record", encode_base64(*bytes)}, {"sha256", sha256_hex(*bytes)}};
}

Status Operations::must_hold() const {
  if (held_) return {};
  return fail(ErrorCode::kConflict, "lock-not-held", "lock-hold comes first");
}

Status Operations::must_be_allowed(const Request& request) {
  RESCUE_ASSIGN(const auto bytes, place_->read());
  if (bytes && equal_constant_time(sha256_hex(*bytes), request.lock_sha256)) return {};
  return fail(ErrorCode::kConflict, "fenced-off",
              "the lock on the server is another than the change was allowed under", "/lock_sha256");
}

}  // namespace rescue::responder
