#include "rescue/recovery/step_book.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>

#include "rescue/base/sha256.hpp"

namespace rescue::recovery {
namespace {

constexpr int kMostSteps = 1000;
constexpr std::size_t kRoomForTold = 1 << 20, kJobBytesMax = 100, kGreetedMax = 100;
constexpr std::array<std::pair<StepState, std::string_view>, 4> kStates{{{StepState::kGoing, "going"},
                                                                         {StepState::kDone, "done"},
                                                                         {StepState::kUndoing, "undoing"},
                                                                         {StepState::kUndone, "undone"}}};

std::string path_of(int number) {
  std::array<char, 32> name{};
  std::snprintf(name.data(), name.size(), "/steps/%04d", number);
  return std::string(kStateFolder) + name.data();
}

tl::unexpected<Error> damaged(const std::string& what) {
  return fail(ErrorCode::kCorrupt, "record-damaged", "the record of a step: " + what);
}

Json to_json(const StepRecord& record) {
  Json out{{"number", record.number},
           {"step", to_json(record.step)},
           {"state", to_string(record.state)},
           {"lock_sha256", record.lock_sha256},
           {"told", record.told}};
  if (!record.job.empty()) out["job"] = record.job;
  if (!record.greeted.empty()) out["greeted"] = record.greeted;
  return out;
}

Result<StepRecord> record_from(std::string_view text, int number) {
  const auto json = parse_json(text);
  if (!json || !json->is_object()) return damaged("it is no JSON object");
  JsonReader in(*json);
  StepRecord record;
  record.number = static_cast<int>(in.integer("number", number, number));
  const auto state = in.text("state");
  record.lock_sha256 = in.text("lock_sha256", {.min_bytes = 0, .max_bytes = 64});
  record.job = in.optional_text("job", {.max_bytes = kJobBytesMax}).value_or("");
  if (json->contains("greeted")) {
    for (auto& place : in.texts("greeted", kGreetedMax, {.max_bytes = 100}))
      record.greeted.insert(std::move(place));
  }
  const Json* step = in.raw("step");
  const Json* told = in.raw("told");
  if (const auto done = in.done(); !done) return damaged(done.error().detail);
  const auto* at =
      std::find_if(kStates.begin(), kStates.end(), [&](const auto& one) { return one.second == state; });
  if (at == kStates.end() || step == nullptr) return damaged("it has another form");
  record.state = at->first;
  RESCUE_ASSIGN(record.step, step_from(*step));
  if (told != nullptr) record.told = *told;
  record.sha256 = sha256_hex(text);
  return record;
}

}  // namespace

std::string_view to_string(StepState state) {
  return std::find_if(kStates.begin(), kStates.end(), [&](const auto& one) { return one.first == state; })
      ->second;
}

Result<StepBook> StepBook::open(const ServerFiles& files) {
  RESCUE_TRY(files.make_private_folder(kStateFolder));
  RESCUE_TRY(files.make_private_folder(path_of(0).substr(0, kStateFolder.size() + 6)));
  return StepBook(files);
}

Result<std::vector<StepRecord>> StepBook::all() const {
  std::vector<StepRecord> records;
  for (int number = 1; number <= kMostSteps; ++number) {
    RESCUE_ASSIGN(const auto file, files_->read(path_of(number)));
    if (!file) break;
    RESCUE_ASSIGN(auto record, record_from(file->bytes, number));
    records.push_back(std::move(record));
  }
  return records;
}

Status StepBook::write(StepRecord& record) const {
  const bool is_new = record.number == 0;
  if (is_new) {
    int number = 1;
    for (; number <= kMostSteps; ++number) {
      RESCUE_ASSIGN(const auto there, files_->read(path_of(number)));
      if (!there) break;
    }
    if (number > kMostSteps) return fail(ErrorCode::kTooLarge, "too-many-steps", "the book of steps is full");
    record.number = number;
  }
  FileState file;
  file.bytes = dump_json(to_json(record));
  // A step that was begun can always be ended: what its actions say has to find room.
  if (file.bytes.size() > ServerFiles::kMostBytes - (is_new ? kRoomForTold : 0))
    return fail(ErrorCode::kTooLarge, "too-many-steps",
                "the files of one step are larger than its record may be");
  file.uid = ::geteuid();
  file.gid = ::getegid();
  RESCUE_TRY(files_->put(path_of(record.number), file));
  record.sha256 = sha256_hex(file.bytes);
  return {};
}

Json evidence_of(const StepRecord& record) {
  Json out = to_json(record);
  auto& files = out["step"]["files"];
  for (std::size_t i = 0; i < files.size() && i < record.step.files.size(); ++i) {
    if (record.step.files[i].secret) files[i] = describe(record.step.files[i]);
  }
  out["record_sha256"] = record.sha256;
  return out;
}

}  // namespace rescue::recovery
