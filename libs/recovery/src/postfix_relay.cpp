#include "rescue/recovery/postfix_relay.hpp"

#include <algorithm>
#include <set>

#include "network_words.hpp"
#include "relay_lists.hpp"
#include "rescue/recovery/postfix_text.hpp"

namespace rescue::recovery {
namespace {

using evidence::PostfixConfig;
using evidence::Setting;
using evidence::SmtpService;

constexpr int kMostRounds = 24;
constexpr std::size_t kMostServices = 50;  // more of them than any server offers
constexpr std::size_t kMostWords = 1'000;  // of a list that is written anew
constexpr const char* kLoopback4 = "127.0.0.0/8 [::ffff:127.0.0.0]/104";
constexpr const char* kLoopback6 = "[::1]/128";
constexpr const char* kUsualDestination = "$myhostname, localhost.$mydomain, localhost";

template <class List>
bool has(const List& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

std::string joined(const std::vector<std::string>& words, const char* between) {
  std::string out;
  for (const auto& word : words) out += (out.empty() ? "" : between) + word;
  return out;
}

bool is_reachable(const PostfixConfig& config) {
  const auto interfaces = config.list("inet_interfaces", nullptr);
  return std::any_of(interfaces.begin(), interfaces.end(), [](const auto& word) {
    return word != "loopback-only" && word != "localhost" && !word.starts_with("127.") && word != "::1";
  });
}

/// "0.0.0.0:25": the host in master.cf is listened at, whatever inet_interfaces says (master(5)).
bool has_host(const SmtpService& service) {
  const auto colon = service.name.rfind(':');
  return colon != std::string::npos && colon > 0;
}

/// A door with what is needed to close it.
struct Door {
  OpenDoor open;
  const SmtpService* service;
};

/// The first door; `unsure` gets what could not be judged of those before it.
std::optional<Door> find_door(const PostfixConfig& config, const PostfixFacts& facts,
                              std::set<std::string>& unsure) {
  const bool reachable = is_reachable(config);
  for (const auto& service : config.services) {
    if (service.loopback_only || (!reachable && !has_host(service))) continue;
    auto view = Stranger(config, &service, facts).look();
    if (view.open) return Door{std::move(*view.open), &service};
    unsure.insert(view.unsure.begin(), view.unsure.end());
  }
  return std::nullopt;
}

std::optional<Door> find_door(const PostfixConfig& config, const PostfixFacts& facts) {
  std::set<std::string> ignored;
  return find_door(config, facts, ignored);
}

/// Works on the texts, and reads them anew after each change: what is judged is what will lie there.
class Repair {
 public:
  Repair(std::string_view main_cf, std::string_view master_cf, const std::string& hostname,
         const PostfixFacts& facts)
      : hostname_(hostname), facts_(facts) {
    out_.main_cf = main_cf;
    out_.master_cf = master_cf;
    facts_.read_file = [this, &facts](const std::string& path) -> std::optional<std::string> {
      const auto at =
          std::find_if(out_.files.begin(), out_.files.end(), [&](const auto& f) { return f.first == path; });
      if (at != out_.files.end()) return at->second;
      return facts.read_file ? facts.read_file(path) : std::nullopt;
    };
    read();
  }

  RelayRepair run() {
    if (config_.services.size() > kMostServices) {
      out_.left_open = "master.cf offers more services than can be judged here";
      return std::move(out_);
    }
    for (int round = 0; round < kMostRounds; ++round) {
      const auto door = find_door(config_, facts_);
      if (!door) return std::move(out_);
      if (!close(*door)) {
        out_.left_open = "at " + door->open.service + " " + door->open.reason +
                         ", and no small change of these settings closes it";
        return std::move(out_);
      }
      read();
    }
    out_.left_open = "the settings let everybody in, in more ways than can be closed here";
    return std::move(out_);
  }

 private:
  void read() {
    config_ = {};
    config_.hostname = hostname_;
    config_.main = evidence::parse_main_cf(out_.main_cf, "/etc/postfix/main.cf");
    config_.services = evidence::parse_master_cf(out_.master_cf, "/etc/postfix/master.cf");
    config_.read = true;
  }

  bool close(const Door& door) {
    const auto& setting = door.open.setting;
    // What nobody tells is not written into the settings as if it were known.
    if (config_.setting(setting, door.service) == nullptr && facts_.fallback && !facts_.fallback(setting))
      return false;
    if (setting == "mynetworks") return close_networks(door);
    if (setting == "relay_domains" || setting == "mydestination") return close_domains(door);
    return close_list(door);
  }

  bool close_networks(const Door& door) {
    const Stranger stranger(config_, door.service, facts_);
    std::vector<std::string> gone, of_list;
    for (const auto& one : stranger.wide_networks()) {
      // Taken out as a whole it would take networks of customers with it.
      if (one.among_others || (!one.file.empty() && !take_out_of_file(one.file, one.word))) return false;
      gone.push_back(one.word);
      if (one.file.empty()) of_list.push_back(one.word);
    }
    auto words = without("mynetworks", of_list, door.service);
    const auto before = words;
    add_own(gone, door.service, words);
    if (words.size() > kMostWords) return false;
    return (of_list.empty() && words == before) || set(door, "mynetworks", words, " ");
  }

  /// This server's own addresses and loopback were among everybody: what runs here goes on sending.
  void add_own(const std::vector<std::string>& gone, const SmtpService* service,
               std::vector<std::string>& words) const {
    auto left = words;
    for (const auto& word : Stranger(config_, service, facts_).list("mynetworks")) {
      const auto text = word.starts_with('/') ? facts_.read_file(word) : std::nullopt;
      for (auto& one : evidence::split_list(text.value_or(""))) left.push_back(std::move(one));
      if (!has(gone, word)) left.push_back(word);
    }
    const auto lost = loopback_lost(gone, left);
    const bool nobody = left.empty();
    for (const auto& word : evidence::split_list(kLoopback4)) {
      if (nobody || has(lost, "127.0.0.1")) words.push_back(word);
    }
    if (nobody || has(lost, "::1")) words.emplace_back(kLoopback6);
    for (const auto& own : facts_.own_networks) {
      const auto host = own.substr(0, own.find('/'));
      const bool stays =
          std::any_of(left.begin(), left.end(), [&](const auto& w) { return covers(w, host); });
      if (!stays && !has(words, own)) words.push_back(own);
    }
  }

  /// The words of a list as they stand there, but for those in `wide`: a $name stays one where nothing of
  /// what it stands for goes. Each word once: names that stand for each other would double them each time.
  /// Ends where they are more than kMostWords.
  std::vector<std::string> without(const std::string& name, const std::vector<std::string>& wide,
                                   const SmtpService* service) const {
    const auto* where = config_.setting(name, service);
    const std::set<std::string_view> gone(wide.begin(), wide.end());
    std::set<std::string> there;
    PostfixConfig one = config_;
    std::vector<std::string> kept;
    const auto keep = [&](const std::string& word) {
      if (there.insert(word).second) kept.push_back(word);
    };
    for (const auto& raw : where == nullptr ? Stranger(config_, service, facts_).list(name)
                                            : evidence::split_list(where->value)) {
      one.main["one-word"].value = raw;
      const auto meant = one.list("one-word", service);
      const bool goes =
          std::any_of(meant.begin(), meant.end(), [&](const auto& word) { return gone.count(word) > 0; });
      if (!goes) keep(raw);
      for (const auto& word : meant) {
        if (goes && gone.count(word) == 0) keep(word);
      }
      if (kept.size() > kMostWords) return kept;
    }
    return kept;
  }

  bool take_out_of_file(const std::string& path, const std::string& word) {
    const auto text = facts_.read_file(path);
    if (!text) return false;
    auto shorter = without_word(*text, word);
    if (shorter == *text) return false;
    const auto at =
        std::find_if(out_.files.begin(), out_.files.end(), [&](const auto& f) { return f.first == path; });
    if (at == out_.files.end()) {
      out_.files.emplace_back(path, std::move(shorter));
    } else {
      at->second = std::move(shorter);
    }
    out_.what.push_back(path + ": " + word + " goes");
    return true;
  }

  bool close_domains(const Door& door) {
    const Stranger stranger(config_, door.service, facts_);
    const auto& name = door.open.setting;
    // relay_domains may only repeat mydestination.
    const auto* where = config_.setting(name, door.service);
    const bool repeats = name == "relay_domains" &&
                         (where == nullptr || where->value.find("$mydestination") != std::string::npos ||
                          where->value.find("${mydestination}") != std::string::npos);
    const auto target = repeats ? std::string("mydestination") : name;
    const auto wide = stranger.wide_domains(target);
    if (wide.empty()) return false;
    auto words = without(target, wide, door.service);
    if (words.size() > kMostWords) return false;
    if (words.empty() && target == "mydestination") words = evidence::split_list(kUsualDestination);
    return set(door, target, words, ", ");
  }

  bool close_list(const Door& door) {
    const Stranger stranger(config_, door.service, facts_);
    const auto& name = door.open.setting;
    const auto* where = config_.setting(name, door.service);
    if (where != nullptr && where->value.find('{') != std::string::npos) return false;
    std::vector<std::string> kept;
    bool refuses = false;
    // They were among everybody.
    const auto refuse = [&] {
      for (const char* usual : {"permit_mynetworks", "permit_sasl_authenticated"}) {
        if (!has(kept, usual)) kept.emplace_back(usual);
      }
      kept.emplace_back("reject_unauth_destination");
      refuses = true;
    };
    for (const auto& one : restrictions_of(stranger.list(name))) {
      const auto answer = stranger.answer_of(one);
      // Behind the refusal a permit, a class, a table go on doing the rest of what they do.
      if (answer == Answer::kPermitted && !refuses) refuse();
      refuses = refuses || answer == Answer::kRefused;
      kept.push_back(one.text());
    }
    if (!refuses) refuse();
    return kept.size() <= kMostWords && set(door, name, kept, ", ");
  }

  /// Where it stands: in the service's own override, else in main.cf.
  bool set(const Door& door, const std::string& name, const std::vector<std::string>& words,
           const char* between) {
    const auto own = door.service->overrides.find(name);
    if (own == door.service->overrides.end()) {
      const auto value = joined(words, between);
      const auto before = out_.main_cf;
      out_.main_cf = with_setting(before, name, value);
      out_.what.push_back("main.cf: " + name + " = " + value);
      return out_.main_cf != before;
    }
    std::vector<std::string> plain;
    for (auto word : words) {
      std::replace(word.begin(), word.end(), ' ', ',');
      plain.push_back(std::move(word));
    }
    const auto before = out_.master_cf;
    const auto value = joined(plain, ",");
    out_.master_cf = with_override(before, own->second.line, name, value);
    out_.what.push_back("master.cf, " + door.service->name + ": -o " + name + "=" + value);
    return out_.master_cf != before;
  }

  RelayRepair out_;
  PostfixConfig config_;
  std::string hostname_;
  PostfixFacts facts_;
};

}  // namespace

RelayView view_relay(const PostfixConfig& config, const PostfixFacts& facts) {
  RelayView view;
  if (!config.read) return view;
  std::set<std::string> unsure;
  if (auto door = find_door(config, facts, unsure)) view.open = std::move(door->open);
  for (const auto& other : config.list("multi_instance_directories", nullptr))
    unsure.insert("another instance of postfix has its settings in " + other);
  view.unsure.assign(unsure.begin(), unsure.end());
  return view;
}

RelayRepair close_relay(std::string_view main_cf, std::string_view master_cf, const std::string& hostname,
                        const PostfixFacts& facts) {
  return Repair(main_cf, master_cf, hostname, facts).run();
}

}  // namespace rescue::recovery
