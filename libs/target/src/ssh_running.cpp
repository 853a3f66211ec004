#include "ssh_running.hpp"

#include <charconv>

#include "rescue/base/sha256.hpp"
#include "words.hpp"

namespace rescue::target {
namespace {

using std::chrono::seconds;
using std::chrono::steady_clock;
using tether::Frame;
using tether::FrameKind;

constexpr std::chrono::milliseconds kBetweenBeats{5'000};
/// For a keeper to end what it holds.
constexpr seconds kFarewell{5};

tl::unexpected<Error> garbage() {
  return fail(ErrorCode::kCorrupt, "target-garbage",
              "what comes from the server is not what our program there sends");
}

/// "exit 3", "signal 9"
Result<Ending> parse_ending(std::string_view text) {
  const bool signal = text.starts_with("signal ");
  if (!signal && !text.starts_with("exit ")) return garbage();
  text.remove_prefix(text.find(' ') + 1);
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 0 || number > 255)
    return garbage();
  return signal ? Ending{.signal = number} : Ending{.exit_code = number};
}

/// What the keeper said about a program that did not run.
tl::unexpected<Error> not_begun(const SshConnection& connection, std::string_view text) {
  if (text.starts_with("no-room")) {
    return fail(ErrorCode::kConflict, "target-no-room",
                "neither the disk nor the memory of the server takes our program");
  }
  if (text.starts_with("damaged")) {
    return fail(ErrorCode::kCorrupt, "program-damaged",
                "what the server has of our program is not what was sent");
  }
  return fail(ErrorCode::kConflict, "target-unsupported",
              "the server does not run our program" + connection.with_words_of(text));
}

std::string limits_text(const ProgramRun& run) {
  return std::to_string(run.limits.cpu.count()) + " " + std::to_string(run.limits.memory_bytes) + " " +
         std::to_string(run.limits.file_bytes) + " " + std::to_string(run.grace.count());
}

}  // namespace

SshRunning::SshRunning(std::unique_ptr<SshChannel> channel)
    : channel_(std::move(channel)), heard_(steady_clock::now()), told_(heard_) {}

SshRunning::~SshRunning() {
  const std::function<bool()> never = [] { return false; };
  const Wait wait{steady_clock::now() + kFarewell, never};
  if (!ended_ && !channel_->over()) {
    const Status told =
        channel_->write(tether::encode_frames(FrameKind::kKill, ""), wait, "to end our program");
    if (!told) return;
  }
  // Until the keeper is gone, or the time: what it still says is of no interest.
  while (!channel_->over() && channel_->turn(wait, "to end our program")) channel_->out().clear();
}

Status SshRunning::put(FrameKind kind, std::string_view bytes, const Wait& wait) {
  told_ = steady_clock::now();
  return channel_->write(tether::encode_frames(kind, bytes), wait, "to speak with our program");
}

/// To a program that runs. When it has ended meanwhile, what it said last is still to be heard.
Status SshRunning::tell(FrameKind kind, std::string_view bytes, const Wait& wait) {
  if (ended_) return {};
  Status told = put(kind, bytes, wait);
  if (!told && channel_->over()) return {};
  return told;
}

Status SshRunning::turn(SteadyTime until, const std::string& what) {
  const auto& options = channel_->connection().options();
  const auto now = steady_clock::now();
  const Wait short_while{now + options.patience.answer, options.interrupted};
  const auto between = std::min<std::chrono::milliseconds>(kBetweenBeats, options.patience.silence / 4);
  if (now - told_ > between) RESCUE_TRY(tell(FrameKind::kBeat, "", short_while));
  const std::size_t before = channel_->out().size();
  // Its time is looked at here: to have heard nothing in it is no fault.
  const Wait slice{std::max(until, now + std::chrono::milliseconds(1)), options.interrupted};
  RESCUE_TRY(channel_->turn(slice, what));
  if (channel_->out().size() != before) heard_ = steady_clock::now();
  if (steady_clock::now() - heard_ > options.patience.silence) {
    return fail(ErrorCode::kTimeout, "target-silent",
                "nothing came from the server for " + std::to_string(options.patience.silence.count()) +
                    " s, " + what);
  }
  return {};
}

Result<std::optional<Frame>> SshRunning::next() {
  frames_.feed(channel_->out());
  channel_->out().clear();
  while (auto frame = frames_.next()) {
    if (frame->kind != FrameKind::kBeat) return frame;
  }
  if (frames_.broken()) return garbage();
  return std::nullopt;
}

tl::unexpected<Error> SshRunning::ended_early(const std::string& what) const {
  // The kernel or the shell says why on stderr: "kernel too old", "cannot execute".
  const std::string& messages = channel_->messages();
  if (last_words(messages).empty())
    return fail(ErrorCode::kUnavailable, "target-lost", "the line ended, " + what);
  return fail(ErrorCode::kConflict, "target-unsupported",
              "the server does not run our program" + channel_->connection().with_words_of(messages));
}

Result<Frame> SshRunning::wait_for_frame(SteadyTime until, const std::string& what) {
  while (true) {
    RESCUE_ASSIGN(auto frame, next());
    if (frame) return *std::move(frame);
    if (channel_->over()) return ended_early(what);
    if (steady_clock::now() >= until)
      return fail(ErrorCode::kTimeout, "target-silent", "no answer in time, " + what);
    RESCUE_TRY(turn(until, what));
  }
}

/// Frame by frame: the whole of it once more as frames would be as much memory again.
Status SshRunning::send_program(const ProgramRun& run, std::string_view program, const Wait& wait) {
  for (const std::string& argument : run.arguments) RESCUE_TRY(put(FrameKind::kArgument, argument, wait));
  RESCUE_TRY(put(FrameKind::kLimits, limits_text(run), wait));
  for (std::string_view rest = program; !rest.empty();) {
    const auto piece = rest.substr(0, tether::kFrameBytesMax);
    rest.remove_prefix(piece.size());
    RESCUE_TRY(put(FrameKind::kProgram, piece, wait));
  }
  // Before the start: a program may be over before anything else can be said to it.
  if (!run.input) RESCUE_TRY(put(FrameKind::kInputEnd, "", wait));
  return put(FrameKind::kStart, sha256_hex(program), wait);
}

Status SshRunning::begin(const ProgramRun& run, std::string_view program) {
  const auto& options = channel_->connection().options();
  const Wait wait{steady_clock::now() + options.patience.upload, options.interrupted};
  const Status sent = send_program(run, program, wait);
  told_ = heard_ = steady_clock::now();
  if (!sent && channel_->over()) {
    const auto frame = next();
    if (frame && *frame && (*frame)->kind == FrameKind::kFailed)
      return not_begun(channel_->connection(), (*frame)->bytes);
    return ended_early("to send our program");
  }
  RESCUE_TRY(sent);
  RESCUE_ASSIGN(const Frame answer, wait_for_frame(wait.until, "to send our program"));
  if (answer.kind == FrameKind::kFailed) return not_begun(channel_->connection(), answer.bytes);
  if (answer.kind != FrameKind::kRuns) return garbage();
  return {};
}

Status SshRunning::send(std::string_view bytes, SteadyTime until) {
  return tell(FrameKind::kInput, bytes, {until, channel_->connection().options().interrupted});
}

Status SshRunning::end_input() {
  const auto& connection = channel_->connection();
  return tell(FrameKind::kInputEnd, "", connection.until(connection.options().patience.answer));
}

Status SshRunning::take(const Frame& frame, Heard& heard) {
  switch (frame.kind) {
    case FrameKind::kOutput:
      heard.out += frame.bytes;
      return {};
    case FrameKind::kMessages:
      heard.messages += frame.bytes;
      return {};
    case FrameKind::kEnded: {
      RESCUE_ASSIGN(heard.ending, parse_ending(frame.bytes));
      return {};
    }
    default:
      return garbage();
  }
}

Result<Heard> SshRunning::hear(SteadyTime until) {
  Heard heard;
  if (ended_) return heard;
  while (true) {
    while (!heard.ending) {
      RESCUE_ASSIGN(const auto frame, next());
      if (!frame) break;
      RESCUE_TRY(take(*frame, heard));
    }
    ended_ = heard.ending.has_value();
    if (ended_ || !heard.out.empty() || !heard.messages.empty() || steady_clock::now() >= until) return heard;
    if (channel_->over()) {
      return fail(ErrorCode::kUnavailable, "target-lost",
                  "the line to our program ended before it did" +
                      channel_->connection().with_words_of(channel_->messages()));
    }
    RESCUE_TRY(turn(until, "while our program ran"));
  }
}

}  // namespace rescue::target
