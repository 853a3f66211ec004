#include "options.hpp"

#include <charconv>

namespace rescue::responder {
namespace {

Result<std::chrono::seconds> seconds_of(const std::string& text) {
  constexpr int kMost = 3600;
  int value = 0;
  const auto* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, value);
  if (parsed.ec == std::errc() && parsed.ptr == end && value >= 1 && value <= kMost)
    return std::chrono::seconds(value);
  return fail(ErrorCode::kInvalid, "bad-option", "--silence-max takes 1 to 3600 seconds");
}

}  // namespace

Result<Options> parse_options(const std::vector<std::string>& arguments) {
  Options options;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const auto& word = arguments[i];
    const bool more = i + 1 < arguments.size();
    if (word == "--help") {
      options.help = true;
    } else if (word == "--root" && more) {
      options.root = arguments[++i];
    } else if (word == "--silence-max" && more) {
      RESCUE_ASSIGN(options.silence_max, seconds_of(arguments[++i]));
    } else {
      return fail(ErrorCode::kInvalid, "bad-option", "unknown or incomplete option " + word + "; see --help");
    }
  }
  return options;
}

const char* usage() {
  return R"(rescue-responder [--silence-max SECONDS] [--root DIR]

Ends mail abuse on the server it runs on, as root. Requests come on stdin, answers go to stdout, one JSON object a line:
  {"id": 1, "op": "plan", "ways": [{"way": "open_relay"}]}
  {"id": 1, "ok": true, "result": {…}}   or   {"id": 1, "ok": false, "error": {"code", "problem", "detail", "pointer"}}

  hello         name, version, protocol
  survey        the mail system, its settings as they take effect, its queue, who is logged in
  plan          ways: [{"way": "open_relay"|"abused_account"|"abused_script", "account", "script", "addresses"}]
                what would be done, step by step, with the hashes of the files; changes nothing of the
                server's own
  lock-hold     keeps everybody else out until lock-release or the end; lock-read, lock-write {"record": base64},
                apply, undo and settle are possible in between only
  apply         step, step_sha256 as the last plan named them; lock_sha256 of the lock record as it lies on the server; job (optional):
                whose step it is, told by status
  undo          number of a step, lock_sha256, record_sha256 (optional)
  verify        ways: whether each is ended, by the settings and programs of the server
  settle        lock_sha256: finishes what a dead one left half done, as apply and undo do first
  status        every step that was ever begun
  queue-plan    criteria {"any": [{"account"|"sender"|"script"|"uid"|"address"|"nameless_login"|"without_login"|"since"|"until": …}, …]}, or ways to make them of, and job: which
                mail that waits would be held and purged, and for which ways nothing narrow is known (left)
  queue-hold, queue-purge   criteria, lock_sha256, job (optional); again while the answer says "more"
  queue-record  round, offset: a piece of what was written down before (envelopes, a sample)
  queue-restore, queue-release, queue-forget   lock_sha256: purged mail on hold again; held mail free (jobs, optional: of
                these alone); no undo any more
  record        number: all of a step's record, as evidence; files with secrets by their hashes

A request that was begun is brought to its end, also when the connection is lost. The program ends when stdin ends, or after
SECONDS (300) without a request. What an undo needs lies in /var/lib/rescue-responder.

Exit code 0: stdin ended, or was silent. 1: the root cannot be used. 2: wrong usage.
)";
}

}  // namespace rescue::responder
