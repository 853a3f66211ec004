#include "house.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>

#include "rescue/base/failpoint.hpp"
#include "rescue/base/id.hpp"

namespace rescue::simulation {
namespace {

namespace fs = std::filesystem;
using Fate = queue::testing::MemoryStreams::Fate;
using Step = queue::testing::MemoryStreams::Step;

House* the_house = nullptr;
/// More are no mishap.
constexpr int kFailedStartsMax = 100;

const fs::path kCatalogData = fs::path(RESCUE_SOURCE_DIR) / "libs/catalog/data";

std::string read_text(const fs::path& path) {
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

std::vector<std::string> split(std::string_view path) {
  std::vector<std::string> out;
  while (!path.empty()) {
    path.remove_prefix(1);
    const auto end = std::min(path.find('/'), path.size());
    out.emplace_back(path.substr(0, end));
    path.remove_prefix(end);
  }
  return out;
}

/// Whether the path fits the pattern; its parameters.
bool fits(const std::vector<std::string>& pattern, const std::vector<std::string>& segments,
          http::Request& request) {
  if (pattern.size() != segments.size()) return false;
  request.params.clear();
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i].starts_with('{')) {
      request.params[pattern[i].substr(1, pattern[i].size() - 2)] = segments[i];
    } else if (pattern[i] != segments[i]) {
      return false;
    }
  }
  return true;
}

http::Request request_of(const Call& call, Timestamp now) {
  http::Request request;
  request.method = call.method;
  request.path = call.path;
  request.query = call.query;
  request.headers["content-type"] = "application/json";
  if (!call.key.empty()) request.headers["idempotency-key"] = call.key;
  if (!call.body.is_null()) request.body = dump_json(call.body);
  request.caller = http::Caller{call.role + "-1", call.role, call.role};
  request.trace = Trace::start();
  request.request_id = make_id("hrq", now);
  return request;
}

}  // namespace

const char* name_of(Which which) {
  constexpr std::array kNames{"intake", "pricing", "workflow", "worker"};
  return kNames[which];
}

std::string Answer::problem() const {
  const std::string prefix = "urn:rescue:problem:";
  const auto type = body.is_object() ? body.value("type", "") : "";
  return type.starts_with(prefix) ? type.substr(prefix.size()) : "";
}

House::House(const ManualClock& time, Chance& chance, Mishaps mishaps, int servers)
    : time_(time),
      chance_(chance),
      mishaps_(mishaps),
      clocks_{WallClock(time), WallClock(time), WallClock(time), WallClock(time)} {
  if (the_house != nullptr) throw std::logic_error("only one house may stand at a time");
  streams_ = std::make_shared<queue::testing::MemoryStreams>(time_, [this](Step at) { return fate(at); });
  write_files(servers);
  the_house = this;
  failpoint_hook = at_failpoint;
}

House::~House() {
  for (auto& tenant : tenants_) tenant.reset();
  failpoint_hook = nullptr;
  the_house = nullptr;
  std::error_code ignored;
  fs::remove_all(dir_, ignored);
}

/// In memory, where the machine has a file system there: what is durable is decided by the house.
void House::write_files(int servers) {
  const bool in_memory = fs::is_directory("/dev/shm");
  dir_ = (in_memory ? fs::path("/dev/shm") : fs::temp_directory_path()) / "rescue-simulation-XXXXXX";
  if (::mkdtemp(dir_.data()) == nullptr) throw std::runtime_error("cannot make " + dir_);
  std::ofstream(dir_ + "/keys.json") << R"({"keys":[]})";
  std::ofstream(dir_ + "/redis.secret") << std::string(64, '5') << "\n";
  std::ofstream(dir_ + "/token") << "rk_w_" << std::string(64, '0');
  Json contracts = parse_json(read_text(kCatalogData / "contracts.example.json")).value();
  const Json like = contracts.at("servers").at(0);
  contracts["servers"] = Json::array();
  for (int i = 0; i < servers; ++i) {
    Json server = like;
    server["id"] = House::server(i);
    server["customer"] = customer(i);
    server["addresses"] = {"198.18." + std::to_string(i / 250) + "." + std::to_string(1 + i % 250)};
    server["hostname"] = "host" + std::to_string(i);
    contracts["servers"].push_back(server);
  }
  std::ofstream(dir_ + "/contracts.json") << dump_json(contracts);
  fs::copy(kCatalogData / "annexes", dir_ + "/annexes");
  write_prices();
}

/// The shipped list under a name of its own, each price by as much higher.
void House::write_prices() {
  static const std::string kPrice = "net_yen: ", kVersion = "version: prices-1";
  std::istringstream shipped(read_text(kCatalogData / "annexes/prices.yaml"));
  std::ostringstream list;
  for (std::string line; std::getline(shipped, line);) {
    if (const auto at = line.find(kVersion); at != std::string::npos) {
      line = line.substr(0, at) + "version: simulated-" + std::to_string(price_list_);
    } else if (const auto price = line.find(kPrice); price != std::string::npos) {
      const auto digits = price + kPrice.size();
      line = line.substr(0, digits) +
             std::to_string(std::stoll(line.substr(digits)) + std::int64_t{1'003} * price_list_);
    }
    list << line << "\n";
  }
  const std::string path = dir_ + "/annexes/prices.yaml";
  std::ofstream(path + ".new") << list.str();
  fs::rename(path + ".new", path);
}

void House::change_prices() {
  ++price_list_;
  write_prices();
}

void House::be_calm() {
  mishaps_ = {0, 0, 0, 0};
  crash_in_ = {};
}

bool House::at_failpoint(const char* name) {
  const std::string_view at(name);
  return at.starts_with("store.commit.") && the_house->at_commit(at);
}

bool House::at_commit(std::string_view name) {
  if (!at_work_) return false;
  if (name == "store.commit.after") {
    committed_[*at_work_] = true;
    ++commits_;
  }
  step();
  return chance_.happens(mishaps_.disk_fails);
}

void House::step() {
  if (!at_work_) return;
  int& left = crash_in_[*at_work_];
  if (left > 0 && --left == 0) dying_ = true;
  // Once it is dead it does nothing more, whoever caught the first throw.
  if (dying_) throw Died();
}

Fate House::fate(Step at) {
  if (at == Step::kEntry) {
    if (chance_.happens(mishaps_.entry_lost)) return Fate::kLost;
    return chance_.happens(mishaps_.entry_twice) ? Fate::kTwice : Fate::kGood;
  }
  step();
  return chance_.happens(mishaps_.call_fails) ? Fate::kFails : Fate::kGood;
}

bool House::with(Which which, const std::function<void(Tenant&)>& work) {
  if (!tenants_[which]) return false;
  // What a service asks of another comes back to the first.
  const auto before = std::exchange(at_work_, which);
  const bool dying_before = std::exchange(dying_, false);
  try {
    work(*tenants_[which]);
  } catch (const Died&) {
  }
  at_work_ = before;
  const bool died = std::exchange(dying_, dying_before);
  if (!died) return true;
  ++crashes_;
  if (at_death_) at_death_(which);
  crash(which);
  return false;
}

bool House::open(Which which) {
  Surroundings around;
  around.dir = dir_;
  around.database = "sqlite-volatile://" + dir_ + "/" + name_of(which) + ".db";
  around.transport = streams_;
  around.random = [this] { return chance_.share(); };
  around.fetch = [this](const std::string& path, const std::string&) -> Result<http::ClientResponse> {
    const Call get{.path = path, .role = "internal"};
    const auto answer = call(kWorker, get);
    if (!answer) return fail(ErrorCode::kUnavailable, "service-unavailable", "worker is away");
    return http::ClientResponse{answer->status, {}, dump_json(answer->body)};
  };
  constexpr std::array kOpen{open_intake, open_pricing, open_workflow, open_worker};
  at_work_ = which;
  try {
    tenants_[which] = kOpen[which](around, clocks_[which]);
    doors_[which].clear();
    for (auto& route : tenants_[which]->routes()) {
      auto segments = split(route.pattern);
      doors_[which].push_back({std::move(route), std::move(segments)});
    }
  } catch (const Died&) {
    ++crashes_;
  } catch (const std::runtime_error&) {  // an unusable start-up: the disk failed it, and it is started again
    ++failed_starts_;
    if (failed_starts_ > kFailedStartsMax) throw;
  }
  at_work_.reset();
  dying_ = false;
  return is_up(which);
}

void House::take_turn(Which which, service::Service::Part part) {
  with(which, [part](Tenant& tenant) { tenant.service().take_turn(part); });
}

Answer House::answer_of(Result<http::Response> result) const {
  const auto response = result ? *std::move(result) : http::Response::problem(result.error(), "hrq_x");
  return {response.status, parse_json(response.body).value_or(Json())};
}

std::optional<Answer> House::call(Which which, const Call& call) {
  ++calls_;
  std::optional<Answer> answer;
  const bool lives = with(which, [&](Tenant& tenant) {
    auto request = request_of(call, time_.now());
    const auto segments = split(call.path);
    for (const auto& [route, pattern] : doors_[which]) {
      if (route.method != call.method || !fits(pattern, segments, request)) continue;
      request.route = route.pattern;
      if (!route.roles.contains(call.role)) {
        answer = answer_of(fail(ErrorCode::kForbidden, "role-not-allowed", call.role));
        return;
      }
      if (route.late_handler) {
        route.late_handler(request,
                           [&](Result<http::Response> late) { answer = answer_of(std::move(late)); });
        tenant.service().take_turn(service::Service::Part::kLateWrites);
      } else {
        answer = answer_of(route.handler(request));
      }
      return;
    }
    throw std::logic_error("no route " + call.path);
  });
  return lives ? answer : std::nullopt;
}

std::int64_t House::outbox(Which which) {
  const auto row = tenants_[which]->service().database().read(
      [](store::Tx& tx) { return tx.find("SELECT COUNT(*) FROM outbox"); });
  return row && *row ? (**row).integer(0) : -1;
}

std::array<bool, kServices> House::take_committed() {
  return std::exchange(committed_, {});
}

}  // namespace rescue::simulation
