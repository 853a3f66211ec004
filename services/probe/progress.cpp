#include "progress.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <optional>
#include <ostream>

#include "rescue/base/json.hpp"

namespace rescue::probe {
namespace {

double rate_of(const evidence::ReadBoard& board, double elapsed_s) {
  return elapsed_s > 0 ? static_cast<double>(board.bytes()) / elapsed_s : 0;
}

/// Seconds until all that is planned is read; logs are planned first and web files found later, so it may
/// grow.
std::optional<double> left_s(const evidence::ReadBoard& board, double elapsed_s) {
  const auto rate = rate_of(board, elapsed_s);
  if (rate <= 0 || board.planned_bytes() == 0) return std::nullopt;
  const auto done = std::min(board.bytes(), board.planned_bytes());
  return static_cast<double>(board.planned_bytes() - done) / rate;
}

Json counts_of(const detect::FindingsBoard& found) {
  Json out = Json::object();
  using enum detect::Severity;
  for (const auto severity : {kCritical, kHigh, kMedium, kLow, kInfo}) {
    out[std::string(to_string(severity))] = found.of(severity);
  }
  return out;
}

double megabytes(double bytes) {
  return bytes / 1e6;
}

}  // namespace

void Progress::tell(const evidence::ReadBoard& board, SteadyTime now) {
  constexpr std::chrono::seconds kBetweenLines{10};
  const double elapsed_s = std::chrono::duration<double>(now - begun_).count();
  if (form_ == ProgressForm::kTerminal) return on_terminal(board, elapsed_s);
  if (form_ == ProgressForm::kNone) return;
  const bool first = last_told_ == SteadyTime{};
  if (!first && board.phase() == last_phase_ && now - last_told_ < kBetweenLines) return;
  last_told_ = now;
  last_phase_ = board.phase();
  as_line(board, elapsed_s);
}

void Progress::on_terminal(const evidence::ReadBoard& board, double elapsed_s) {
  std::array<char, 160> line{};
  const auto left = left_s(board, elapsed_s);
  std::snprintf(line.data(), line.size(), "\r\x1b[K%s: %llu files, %.1f MB, %.1f MB/s",
                std::string(to_string(board.phase())).c_str(), static_cast<unsigned long long>(board.files()),
                megabytes(static_cast<double>(board.bytes())), megabytes(rate_of(board, elapsed_s)));
  out_ << line.data();
  if (left) out_ << ", about " << static_cast<long>(*left) + 1 << " s left";
  out_ << std::flush;
}

void Progress::as_line(const evidence::ReadBoard& board, double elapsed_s) {
  const auto left = left_s(board, elapsed_s);
  Json progress = {{"phase", to_string(board.phase())},
                   {"files", board.files()},
                   {"bytes", board.bytes()},
                   {"planned_bytes", board.planned_bytes()},
                   {"bytes_per_s", static_cast<std::uint64_t>(rate_of(board, elapsed_s))},
                   {"elapsed_s", static_cast<std::uint64_t>(elapsed_s)},
                   {"left_s", left ? Json(static_cast<std::uint64_t>(*left)) : Json(nullptr)}};
  if (found_ != nullptr) progress["findings"] = counts_of(*found_);
  out_ << Json{{"progress", progress}}.dump() << std::endl;
}

void Progress::end() {
  if (form_ == ProgressForm::kTerminal) out_ << "\r\x1b[K" << std::flush;
}

}  // namespace rescue::probe
