#include <algorithm>

#include "families.hpp"
#include "mail_book.hpp"
#include "mail_policy.hpp"
#include "rescue/base/sha256.hpp"
#include "rescue/evidence/postfix_queue.hpp"

namespace rescue::detect {
namespace {

using evidence::Event;

std::uint64_t threshold(const Rule& rule, const char* name, std::uint64_t fallback) {
  const auto at = rule.match.find(name);
  return at != rule.match.end() && at->is_number_unsigned() ? at->get<std::uint64_t>() : fallback;
}

MailThresholds thresholds_of(const Rule& rule) {
  MailThresholds t;
  t.recipients = threshold(rule, "recipients_a_day_at_least", t.recipients);
  t.factor = threshold(rule, "times_the_usual_at_least", t.factor);
  t.networks = threshold(rule, "networks_a_day_at_least", t.networks);
  t.senders = threshold(rule, "senders_at_least", t.senders);
  t.bounced_percent = threshold(rule, "bounced_percent_at_least", t.bounced_percent);
  return t;
}

/// "24 and more" where only so many are told apart.
std::string counted(std::size_t names) {
  return std::to_string(names) + (names >= MailBook::kMostNames ? " and more" : "");
}

/// The signs in words, for the finding's why.
std::string signs_of(const MailSpike& spike) {
  std::string text;
  const auto add = [&](bool holds, const std::string& words) {
    if (holds) text += (text.empty() ? "" : ", ") + words;
  };
  add(spike.past_known, "before it never more than " + std::to_string(spike.usual) + " recipients a day");
  const auto first = spike.address.empty() ? "" : ", the first address " + spike.address;
  add(spike.many_networks, counted(spike.networks) + " networks" + first);
  add(spike.new_networks, "none of them known from before");
  add(spike.many_senders, std::to_string(spike.senders) + " and more sender addresses");
  add(spike.many_bounces, std::to_string(spike.bounced) + " of them refused as unknown or unwanted");
  return text.empty() ? "nothing else speaks of abuse" : text;
}

/// Scripts do not lie where visitors' files, caches and temporary files do.
bool in_odd_place(std::string_view path) {
  constexpr std::string_view kOdd[] = {"/uploads/", "/upload/", "/tmp/",   "/cache/",
                                       "/images/",  "/img/",    "/media/", "/."};
  return std::any_of(std::begin(kOdd), std::end(kOdd),
                     [&](std::string_view part) { return path.find(part) != path.npos; });
}

class MailDetector final : public Detector {
 public:
  explicit MailDetector(const RuleBook& rules) : rules_(rules) {}

  void prepare(const Scene& scene, CaseFile&) override {
    book_.emplace(scene.artifacts.mail, scene.artifacts.accounts.accounts);
  }
  void on_event(const Scene& scene, const Event& event) override { book_->on_event(scene, event); }

  void finish(const Scene& scene, CaseFile& file) override {
    file.mail_events = book_->events();
    report_settings(scene, file);
    report_relayed(scene, file);
    for (const auto& [name, actor] : book_->accounts()) report_account(name, actor, file);
    for (const auto& [name, actor] : book_->users()) report_script(actor, "", file);
    for (const auto& [name, actor] : book_->scripts()) report_script(actor, actor.name, file);
    report_queue(scene, file);
    if (book_->overflowed()) {
      file.gaps.push_back({.path = "/var/log/mail.log",
                           .reason = "more mail than can be followed message by message",
                           .prevents = "counting every sender's mail"});
    }
  }

 private:
  void report_settings(const Scene& scene, CaseFile& file) const {
    const auto relay = open_relay(scene.artifacts.mail);
    if (!relay) return;
    auto finding = rules_.rule("mail.open_relay_settings")
                       .finding({{"service", relay->service}, {"reason", relay->reason}});
    finding.path = relay->evidence.file;
    finding.evidence.push_back(relay->evidence);
    constexpr std::size_t kMostBytes = 4 << 20;
    const auto text = scene.root.read_small(relay->evidence.file, kMostBytes);
    if (text) finding.evidence.back().sha256 = sha256_hex(*text);
    const auto info = scene.root.info(relay->evidence.file, evidence::SafeRoot::LastLink::kFollow);
    if (info) finding.time = info->mtime;
    file.add(std::move(finding));
  }

  /// A full queue alone is no spam run: it says what waits, and whose it is.
  void report_queue(const Scene& scene, CaseFile& file) const {
    const auto& rule = rules_.rule("mail.queue_waiting");
    for (const auto& [name, mail] : evidence::read_postfix_queue(scene.root, file.gaps)) {
      if (mail.messages < threshold(rule, "messages_at_least", 50)) continue;
      auto finding = rule.finding({{"name", name.empty() ? "nobody (returned mail)" : name},
                                   {"messages", std::to_string(mail.messages)},
                                   {"count", std::to_string(mail.recipients)}});
      finding.path = mail.first_file;
      if (mail.by_account) finding.account = name;
      EvidenceRef ref;
      ref.file = mail.first_file;
      constexpr std::size_t kMostBytes = 4 << 20;
      if (const auto text = scene.root.read_small(mail.first_file, kMostBytes))
        ref.sha256 = sha256_hex(*text);
      finding.evidence.push_back(std::move(ref));
      file.add(std::move(finding));
    }
  }

  /// A person looks through more; the response takes as many.
  static std::vector<std::string> busiest(const std::map<std::string, std::uint64_t>& by) {
    constexpr std::size_t kMost = 60;
    std::vector<std::pair<std::uint64_t, std::string>> order;
    for (const auto& [address, count] : by) order.emplace_back(count, address);
    std::ranges::sort(order, [](const auto& a, const auto& b) {
      return a.first != b.first ? a.first > b.first : a.second < b.second;
    });
    std::vector<std::string> addresses;
    for (const auto& [count, address] : order)
      if (addresses.size() < kMost) addresses.push_back(address);
    return addresses;
  }

  static void doubt(Finding& finding, const std::string& why) {
    finding.doubtful = true;
    finding.why += " " + why;
  }

  void report_relayed(const Scene& scene, CaseFile& file) const {
    const auto& rule = rules_.rule("mail.relayed_for_strangers");
    const auto& relayed = book_->relayed();
    if (book_->refused() > 0) {
      auto finding = rules_.rule("mail.relay_refused").finding({{"count", std::to_string(book_->refused())}});
      finding.evidence = book_->refused_evidence();
      file.add(std::move(finding));
    }
    if (relayed.recipients < threshold(rule, "recipients_at_least", 10)) return;
    const auto& by = book_->relayed_by_address();
    auto addresses = busiest(by);
    auto finding = rule.finding({{"count", std::to_string(relayed.recipients)},
                                 {"domains", counted(relayed.domains.size())},
                                 {"addresses", std::to_string(by.size())},
                                 {"first", relayed.address},
                                 {"address", addresses.empty() ? "" : addresses.front()}});
    finding.addresses = std::move(addresses);
    // Domains kept in a data base look like strangers': then only a wide spread says something. What the
    // settings say of an open door takes the doubt away.
    const bool open = open_relay(scene.artifacts.mail).has_value();
    if (!scene.artifacts.mail.own_domains_known) {
      if (relayed.domains.size() < threshold(rule, "domains_at_least_where_own_unknown", 20)) return;
      finding.confidence = Confidence::kMedium;
      if (!open)
        doubt(finding,
              "Domains of its own are in a data base that was not read: who mails to those looks the same.");
    }
    if (scene.artifacts.mail.lets_others_in && !open) {
      finding.confidence = Confidence::kLow;
      doubt(finding,
            "The settings let in further hosts, by a table or a certificate: mail of those looks the same.");
    }
    finding.time = relayed.first;
    finding.evidence = relayed.evidence;
    finding.notes.push_back({relayed.first, finding.title, source_of(relayed.evidence.front())});
    file.add(std::move(finding));
  }

  void report_account(const std::string& account, const MailActor& actor, CaseFile& file) const {
    const auto& rule = rules_.rule("mail.account_abused");
    const auto spike = book_->spike_of(actor, thresholds_of(rule));
    if (!spike) return;
    const auto guessed =
        std::find_if(file.mail_break_ins.begin(), file.mail_break_ins.end(),
                     [&](const BreakIn& b) { return b.account == account && b.from <= spike->to; });
    const bool was_guessed = guessed != file.mail_break_ins.end();
    const bool sure = was_guessed || spike->many_networks;
    const bool habit = !sure && spike->weak_signs() == 0;
    auto finding = finding_of(habit ? rules_.rule("mail.account_volume") : rule, actor, *spike,
                              was_guessed ? "its password had been guessed, " : "");
    finding.account = account;
    finding.address = was_guessed ? guessed->address : spike->address;
    if (!sure && !habit) {
      finding.severity = spike->weak_signs() >= 2 ? Severity::kHigh : Severity::kMedium;
      finding.confidence = spike->weak_signs() >= 2 ? Confidence::kMedium : Confidence::kLow;
    }
    if (!sure || was_guessed) return file.add(std::move(finding));
    BreakIn stolen{
        .account = account, .address = finding.address, .from = spike->from, .to = spike->to, .finding = {}};
    file.begin_mail_break_in(std::move(stolen), std::move(finding));
  }

  void report_script(const MailActor& actor, const std::string& script, CaseFile& file) const {
    const auto& rule = rules_.rule("mail.script_abused");
    const auto spike = book_->spike_of(actor, thresholds_of(rule));
    if (!spike) return;
    const bool odd = in_odd_place(script);
    const bool habit = !odd && spike->weak_signs() == 0;
    auto finding = finding_of(habit ? rules_.rule("mail.script_volume") : rule, actor, *spike,
                              odd ? "it lies where no program belongs, " : "");
    if (script.starts_with('/')) finding.path = script;
    if (script.empty()) finding.account = actor.name;
    if (!habit && !(odd && (spike->weak_signs() > 0 || spike->past_known))) {
      finding.severity = spike->weak_signs() >= 2 || odd ? Severity::kHigh : Severity::kMedium;
      finding.confidence = Confidence::kMedium;
    }
    file.add(std::move(finding));
  }

  static Finding finding_of(const Rule& rule, const MailActor& actor, const MailSpike& spike,
                            const std::string& first_sign) {
    auto finding = rule.finding({{"name", actor.name},
                                 {"count", std::to_string(spike.recipients)},
                                 {"messages", std::to_string(spike.messages)},
                                 {"signs", first_sign + signs_of(spike)}});
    finding.time = spike.from;
    finding.evidence = spike.evidence;
    finding.notes.push_back({spike.from, finding.title, source_of(spike.evidence.front())});
    return finding;
  }

  const RuleBook& rules_;
  std::optional<MailBook> book_;
};

}  // namespace

std::unique_ptr<Detector> make_mail_detector(const RuleBook& rules) {
  return std::make_unique<MailDetector>(rules);
}

}  // namespace rescue::detect
