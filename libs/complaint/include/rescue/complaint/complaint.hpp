#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rescue/base/clock.hpp"
#include "rescue/base/json.hpp"
#include "rescue/catalog/contracts.hpp"
#include "rescue/net/address.hpp"

namespace rescue::complaint {

/// How it was written. kNone: it is no complaint, or nothing of it can be read.
enum class Format { kNone, kArf, kXArf, kXarf3, kXarf4, kFreeForm };

/// What is complained of: the `complaint.kind` of a report. Several at once are kOther.
enum class Kind {
  kOpenRelay,
  kSpam,
  kPhishingUrl,
  kMalwareUrl,
  kOpenPort,
  kLoginAttack,
  kPortScan,
  kDdos,
  kOther,
};

/// The `category` of a report.
enum class Category { kUnknown, kIntrusion, kMailAbuse };

/// Why a person has to read it.
enum class ToPerson {
  kEmpty,
  kNotAMail,
  kTooComplex,  ///< more parts, or deeper in each other, than a mail has
  kBounce,      ///< a mail of ours came back
  kAutoReply,   ///< nobody wrote it: out of office, a receipt
  kEncrypted,
  kNotAComplaint,  ///< or nothing in it says what would be wrong
  kUnsupported,    ///< a form or version that is not known
  kDamaged,        ///< it claims a form that it does not keep to
  kContradiction,  ///< it says two things at once
  kNoServer,  ///< no address, none of ours, or only where anybody could have written it, or as the victim
  kSeveralServers,
};

std::string_view to_string(Format format);      ///< "arf", "x_arf", "xarf_3", "xarf_4", "free_form", "none"
std::string_view to_string(Kind kind);          ///< "open_relay", …
std::string_view to_string(Category category);  ///< "unknown", "intrusion", "mail_abuse"
std::string_view to_string(ToPerson why);       ///< "no_server", …
/// One sentence for the operator.
std::string_view sentence(ToPerson why);

/// What a complaint mail says, as far as it is certain.
struct Complaint {
  Format format = Format::kNone;
  std::optional<ToPerson>
      to_person;              ///< set: of the fields below only reference, subject and text mean anything
  catalog::ServerKey server;  ///< by its address, or by host name where only a URL is accused
  Kind kind = Kind::kOther;
  Category category = Category::kUnknown;
  std::optional<Timestamp> seen_at;   ///< whole seconds
  std::vector<std::string> urls;      ///< accused ones, in order, each at most 2048 bytes, at most 20
  std::optional<std::uint16_t> port;  ///< of the service it is about: the open one, or the attacked one
  std::string protocol;               ///< "tcp", "udp" or empty
  std::string reference;              ///< the reporter's own number for it, or empty
  std::string subject;                ///< UTF-8, at most 500 bytes
  std::string text;                   ///< what the sender wrote, UTF-8, at most 4,000 bytes
};

/// Whether an address may be a server of ours: where `ours` has no networks, any may. `address` as
/// catalog::canonical_address writes it.
bool may_hold(const net::Networks& ours, std::string_view address);

/// Reads one mail (RFC 5322, MIME) as an abuse desk gets it: ARF (RFC 5965, 6591), X-ARF 0.1 and 0.2, XARF 3
/// and 4 (public schemas), or free-form. Opens nothing and asks nobody. What it cannot read with certainty is
/// for a person. Bounded in time and memory by the size of `mail`, which the caller bounds. Thread-safe.
Complaint read_complaint(std::string_view mail, const net::Networks& ours);

/// All addresses that it names, each once, as catalog::canonical_address writes them: those that
/// read_complaint may find. Nothing where there are more than `max`.
std::optional<std::vector<std::string>> addresses_named(std::string_view mail, std::size_t max);

/// {"format", "to_person"} or {"format", "server": {"address" | "hostname"}, "kind", "category"}; with
/// "seen_at", "urls", "port", "protocol" and "reference" where there are such. Without subject and text.
Json to_json(const Complaint& complaint);

}  // namespace rescue::complaint
