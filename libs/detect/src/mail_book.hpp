#pragma once

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "networks.hpp"
#include "rescue/detect/case_file.hpp"

namespace rescue::detect {

/// What one sender handed in on one day (UTC).
struct MailDay {
  std::uint64_t messages = 0, recipients = 0, bounced = 0;
  std::set<std::string> networks;  ///< from where; bounded
  std::string address;             ///< the first one; of networks new to this sender, where there are some
  std::optional<Timestamp> strange_since;  ///< when mail came from a network of no earlier day
  std::uint64_t strange = 0;               ///< how many such networks
  std::set<std::string> senders;           ///< envelope senders; bounded
  std::set<std::string> domains;           ///< of recipients elsewhere; bounded
  Timestamp first{}, last{};
  std::vector<EvidenceRef> evidence;  ///< the first few, chosen as the address is
};

/// Who handed mail in: an account that logged in, a local user, a script, or strangers all together.
struct MailActor {
  std::string name;
  std::map<std::int64_t, MailDay> days;
};

/// What a day says when it is compared with the days before it.
struct MailSpike {
  std::uint64_t recipients = 0, messages = 0, bounced = 0;
  std::uint64_t usual = 0;  ///< recipients of the fullest day before
  bool past_known = false;  ///< the logs reach back a day and more before it
  bool many_networks = false, new_networks = false, many_senders = false, many_bounces = false;
  std::size_t networks = 0, senders = 0;
  Timestamp from{}, to{};
  std::string address;  ///< the first one, where all came over the network
  std::vector<EvidenceRef> evidence;

  int weak_signs() const {
    return static_cast<int>(new_networks) + static_cast<int>(many_senders) + static_cast<int>(many_bounces);
  }
};

struct MailThresholds {
  std::uint64_t recipients = 200;  ///< a day below this is nobody's spam run
  std::uint64_t factor = 10;       ///< and so many times the fullest day before
  std::uint64_t networks = 5;
  std::uint64_t senders = 10;
  std::uint64_t bounced_percent = 10;
};

/// Follows messages through the mail logs by their queue ids and counts them by who handed them in. Bounded;
/// what several logs tell (mail.log and syslog) is counted once.
class MailBook {
 public:
  static constexpr std::size_t kMostNames = 24;  ///< of networks, senders, domains that are told apart

  MailBook(const evidence::MailConfig& config, const std::vector<evidence::Account>& accounts);

  void on_event(const Scene& scene, const evidence::Event& event);

  const std::map<std::string, MailActor>& accounts() const { return accounts_; }
  const std::map<std::string, MailActor>& users() const { return users_; }
  const std::map<std::string, MailActor>& scripts() const { return scripts_; }
  /// Mail of strangers that was delivered elsewhere: by address, the day's counts in one.
  const MailDay& relayed() const { return relayed_; }
  const std::map<std::string, std::uint64_t>& relayed_by_address() const { return relayed_by_; }
  std::uint64_t refused() const { return refused_; }
  const std::vector<EvidenceRef>& refused_evidence() const { return refused_evidence_; }
  std::uint64_t events() const { return events_; }
  bool overflowed() const { return overflowed_; }

  /// The days on which this one sent far more than before, as one; nothing where there was none.
  std::optional<MailSpike> spike_of(const MailActor& actor, const MailThresholds& thresholds) const;

 private:
  struct Message {
    MailDay* day = nullptr;     ///< of who handed it in
    MailDay* script = nullptr;  ///< of the script that made it
    std::string stranger;       ///< the client's address, where nobody vouches for it
    std::string sender;
    bool counted = false;          ///< recipients were told with the message
    bool assumed = false;          ///< nothing was told of them yet: one stands in `day`
    std::uint64_t recipients = 0;  ///< then so many
    std::uint64_t seen_first = 0;  ///< recipients counted by their deliveries, before that was told
    std::optional<Timestamp> done;
  };
  /// What the queue manager told of a message before its coming was told. Debian's postfix writes to the log
  /// through two sockets, and lines of one moment may change places.
  struct Early {
    std::uint64_t recipients = 0;
    std::string sender;
    Timestamp time{};
  };

  void accepted(const Scene& scene, const evidence::Event& event);
  void queued(const evidence::Event& event);
  void tell_size(Message& message, std::uint64_t recipients, std::string_view sender);
  static void take_back_assumed(Message& message);
  void delivered(const Scene& scene, const evidence::Event& event);
  void done(const evidence::Event& event);
  void by_script(const Scene& scene, const evidence::Event& event);
  void refused(const Scene& scene, const evidence::Event& event);
  MailDay* day_of(std::map<std::string, MailActor>& actors, std::string_view name, const Scene& scene,
                  const evidence::Event& event);
  static void note_origin(const MailActor& actor, std::int64_t number, MailDay& day, const Scene& scene,
                          const evidence::Event& event);
  bool is_told_already(const evidence::Event& event);
  bool is_own(std::string_view recipient) const;
  std::string user_name(std::string_view uid) const;

  Networks own_networks_;
  const evidence::MailConfig& config_;
  std::map<std::string, std::string> names_by_uid_;
  std::map<std::string, MailActor> accounts_, users_, scripts_;
  MailDay relayed_;
  std::map<std::string, std::uint64_t> relayed_by_;
  std::unordered_map<std::string, Message> in_flight_;
  std::unordered_map<std::string, Early> early_;
  std::deque<std::pair<Timestamp, std::string>> done_;  // left the queue, and may still be told of
  std::unordered_set<std::uint64_t> told_;
  std::size_t days_ = 0;  ///< of all actors
  std::uint64_t refused_ = 0, events_ = 0;
  std::vector<EvidenceRef> refused_evidence_;
  std::optional<Timestamp> first_;
  bool overflowed_ = false;
};

}  // namespace rescue::detect
