#include "rest_contracts.hpp"

namespace rescue::directory {
namespace {

using catalog::ServerKey;
using std::chrono::steady_clock;

constexpr int kThreads = 4;
constexpr std::size_t kFlightsMax = 256;
constexpr auto kRest = std::chrono::seconds(1);
/// So long nothing is known of a directory that nobody asks.
constexpr auto kQuietMax = std::chrono::seconds(30);

/// A server that nobody has: any answer will do.
constexpr std::string_view kNobodysServer = "does-it-answer";

/// Why is for the log and /readyz: a caller learns no address of the provider's.
Error unavailable() {
  return {ErrorCode::kUnavailable, "contracts-unavailable",
          "the provider's directory of contracts does not answer at present"};
}

}  // namespace

RestContracts::RestContracts(const ContractsConfig& config, Surroundings surroundings)
    : config_(config), surroundings_(surroundings), call_(config), cache_(config) {
  for (int i = 0; i < kThreads; ++i) threads_.emplace_back([this] { ask_questions(); });
  threads_.emplace_back([this] { watch_deadlines(); });
}

RestContracts::~RestContracts() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  call_.stop();
  asked_.notify_all();
  departed_.notify_all();
  for (auto& thread : threads_) thread.join();
  for (auto& [question, flight] : flights_) {
    give({std::move(flight.waiters), fail(unavailable())});
  }
}

void RestContracts::count(const char* outcome) {
  surroundings_.metrics
      .counter("rescue_contracts_look_ups_total",
               "Look-ups of contracts by where the answer came from: the cache, the directory, an old answer "
               "in its place, or nowhere.",
               {{"outcome", outcome}})
      .add();
}

void RestContracts::give(Given given) {
  for (auto& waiter : given.waiters) waiter(given.answer);
}

/// What is said instead of the directory's word. With the lock held.
Answer RestContracts::stand_in(const Question& question) {
  if (auto old = cache_.stale(question, surroundings_.clock.passed())) {
    count("stale");
    surroundings_.log.warn("contracts.stale_answer",
                           {{"asked_by", to_string(question.key.kind)}, {"server_id", (*old)->server_id}});
    return *std::move(old);
  }
  count("unavailable");
  return fail(unavailable());
}

/// The answer that needs no asking, or that must do because nobody can be asked. With the lock held.
std::optional<Answer> RestContracts::answer_now(const Question& question) {
  const auto now = surroundings_.clock.passed();
  if (auto known = cache_.fresh(question, now)) {
    count("cached");
    return known;
  }
  const auto flight = flights_.find(question);
  if (flight != flights_.end() && !flight->second.given_up) return std::nullopt;
  const bool full = flights_.size() >= kFlightsMax;
  if (stopped_ || full || flight != flights_.end() || now < rests_until_) return stand_in(question);
  return std::nullopt;
}

void RestContracts::find(const ServerKey& key, Timestamp at, Found found) {
  if (key.kind == ServerKey::Kind::kId && !catalog::is_server_id(key.text)) {
    return found(fail(ErrorCode::kInvalid, "not-under-contract", "no such server is under contract with us"));
  }
  const Question question{key, catalog::day_in_tokyo(at)};
  std::optional<Answer> answer;
  {
    const std::lock_guard lock(mutex_);
    answer = answer_now(question);
    if (!answer) depart(question, at).waiters.push_back(std::move(found));
  }
  if (answer) found(*std::move(answer));
}

/// The question's flight: a new one unless it is on its way. With the lock held.
RestContracts::Flight& RestContracts::depart(const Question& question, Timestamp at) {
  const auto [it, fresh] = flights_.try_emplace(question);
  if (!fresh) return it->second;
  it->second.at = at;
  it->second.deadline = steady_clock::now() + config_.wait;
  questions_.push_back(question);
  last_call_ = surroundings_.clock.passed();
  asked_.notify_one();
  departed_.notify_one();
  return it->second;
}

/// What is known of the directory by this answer. One that is wrong about one server says nothing of the
/// others: the next look at nobody's server does. With the lock held.
void RestContracts::note(const Question& question, const Result<Answer>& answer) {
  const bool about_nobody = question.key.text == kNobodysServer;
  const bool wrong = !answer && answer.error().code == ErrorCode::kCorrupt;
  const bool reached = answer || (wrong && !about_nobody);
  doubtful_ = wrong && !about_nobody;
  if (!answer) surroundings_.log.warn("contracts.no_answer", {{"detail", answer.error().detail}});
  if (reached && trouble_) surroundings_.log.info("contracts.reached");
  trouble_ = reached ? std::nullopt : std::optional(answer.error().detail);
  rests_until_ = reached ? std::chrono::microseconds(0) : surroundings_.clock.passed() + kRest;
  surroundings_.metrics
      .gauge("rescue_contracts_usable", "1 while the directory of contracts is as it should be.")
      .set(answer ? 1 : 0);
}

RestContracts::Given RestContracts::settle(const Question& question, const Result<Answer>& answer) {
  const std::lock_guard lock(mutex_);
  note(question, answer);
  if (answer) cache_.put(question, *answer, surroundings_.clock.passed());
  auto flight = flights_.extract(question);
  Given given{std::move(flight.mapped().waiters), Answer()};
  if (given.waiters.empty()) return given;
  if (answer) count("asked");
  given.answer = answer ? *answer : stand_in(question);
  return given;
}

void RestContracts::ask_questions() {
  std::unique_lock lock(mutex_);
  while (true) {
    asked_.wait(lock, [this] { return stopped_ || !questions_.empty(); });
    if (stopped_) return;
    const Question question = std::move(questions_.front());
    questions_.pop_front();
    const Timestamp at = flights_.at(question).at;
    lock.unlock();
    const auto begun = steady_clock::now();
    const auto answer = call_.ask(question.key, at);
    surroundings_.metrics
        .histogram("rescue_contracts_call_seconds", "What a call of the directory of contracts took.")
        .observe(std::chrono::duration<double>(steady_clock::now() - begun).count());
    give(settle(question, answer));
    lock.lock();
  }
}

/// Whoever has waited long enough is answered, though the call hangs in something that cannot be broken off
/// (the resolver), or no thread has had time for it.
void RestContracts::watch_deadlines() {
  std::unique_lock lock(mutex_);
  while (!stopped_) {
    auto next = steady_clock::now() + std::chrono::seconds(60);
    std::vector<Given> late;
    for (auto& [question, flight] : flights_) {
      if (flight.given_up) continue;
      if (flight.deadline > steady_clock::now()) {
        next = std::min(next, flight.deadline);
        continue;
      }
      flight.given_up = true;
      late.push_back({std::move(flight.waiters), stand_in(question)});
      flight.waiters.clear();
    }
    if (!late.empty()) {
      lock.unlock();
      for (auto& given : late) give(std::move(given));
      lock.lock();
      continue;
    }
    departed_.wait_until(lock, next);
  }
}

std::optional<std::string> RestContracts::trouble() const {
  const std::lock_guard lock(mutex_);
  if (!trouble_) return std::nullopt;
  return "the directory of contracts at " + config_.url + ": " + *trouble_;
}

void RestContracts::look_after() {
  const std::lock_guard lock(mutex_);
  const bool quiet = surroundings_.clock.passed() - last_call_ >= kQuietMax;
  if (!trouble_ && !doubtful_ && !quiet) return;
  const auto now = surroundings_.clock.now();
  depart({ServerKey::id(kNobodysServer), catalog::day_in_tokyo(now)}, now);
}

}  // namespace rescue::directory
