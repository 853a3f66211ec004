// What a person wrote: addresses, times, URLs and ports are picked out of it, and what is said of them by the
// words around.
#include <algorithm>
#include <charconv>
#include <set>

#include "addresses.hpp"
#include "kinds.hpp"
#include "prose.hpp"
#include "reading.hpp"
#include "received.hpp"
#include "refanged.hpp"
#include "rescue/base/ascii.hpp"
#include "roles.hpp"
#include "service_ports.hpp"
#include "times.hpp"
#include "urls.hpp"

namespace rescue::complaint {
namespace {

using Key = catalog::ServerKey;

constexpr std::size_t kUrlsMax = 20;
constexpr std::size_t kIntroductionMax = 300;
constexpr int kBlankLinesMax = 5;

/// All that is said, put right, and what was copied in.
struct Said {
  Refanged all;                  ///< subject, own and quoted lines, logs
  std::string own;               ///< subject and own lines
  std::string quoted;            ///< quoted lines and logs
  std::vector<Headers> headers;  ///< of the mail complained of
};

/// What filters write into subjects says nothing of what the sender means.
std::string without_filter_marks(std::string subject) {
  for (const std::string_view mark : {"[spam]", "***spam***", "*****spam*****", "{spam?}", "[spam?]"}) {
    if (const auto at = lower_ascii(subject).find(mark); at != std::string::npos)
      subject.erase(at, mark.size());
  }
  return subject;
}

Said read_said(const Part& mail, const std::string& subject) {
  auto content = read_content(mail);
  auto prose = read_prose(content.text);
  Said out;
  out.own = without_filter_marks(subject) + "\n\n" + prose.own;
  out.quoted = prose.quoted + "\n" + content.logs;
  out.headers = std::move(prose.headers);
  for (auto& one : content.attached) out.headers.push_back(std::move(one));
  out.all = refang(out.own + "\n" + out.quoted);
  return out;
}

/// Fields of the forms for machines, where they stand in the text: such a mail came to harm.
bool is_broken_report(const Said& said) {
  const auto lower = "\n" + lower_ascii(said.all.text);
  for (const std::string_view mark :
       {"\nfeedback-type:", "\nreport-type:", "\nschema-url:", "\"xarf_version\"", "\"reporterinfo\"",
        "\"source_identifier\"", "\ncontent-type: message/feedback-report"}) {
    if (lower.find(mark) != std::string::npos) return true;
  }
  return false;
}

/// The bytes before it that may introduce it, from the first whole word on.
std::string_view shortly_before(std::string_view text, std::size_t begin) {
  if (begin <= kIntroductionMax) return text.substr(0, begin);
  const auto near = text.substr(begin - kIntroductionMax, kIntroductionMax);
  return near.substr(std::min(near.find_first_of(" \t\n"), near.size()));
}

/// What stands before it on its line, or on the one above where it begins its own. As long as an introduction
/// is: a mail may have a thousand URLs on one line.
std::string_view before_url(std::string_view text, std::size_t begin) {
  auto before = shortly_before(text, begin);
  for (int above = 0; above <= kBlankLinesMax && !before.empty(); ++above) {
    const auto line_begin = before.find_last_of('\n') + 1;
    const auto line = before.substr(line_begin);
    if (above > 0 || line.find_first_not_of(" \t<*-") != std::string_view::npos) {
      if (line.find_first_not_of(" \t\r") != std::string_view::npos) return line;
    }
    if (line_begin == 0) break;
    before = before.substr(0, line_begin - 1);
  }
  return {};
}

/// "URL: …", "The following page delivers malware: …", not "More about us: …".
bool is_introduced(const Said& said, const FoundUrl& url, Kind kind) {
  const auto line = before_url(said.all.text, url.begin);
  const auto lower = lower_ascii(line);
  const auto word = lower.find("url");
  const bool named =
      word != std::string::npos && (word == 0 || lower[word - 1] == ' ' || lower[word - 1] == '*');
  const auto what = kind_of_text(line);
  return named || (what && what->kind == kind);
}

/// Written so that nobody follows them by mistake; or at one of ours; or introduced as what is complained of.
std::vector<FoundUrl> accused_urls(const Said& said, const net::Networks& ours, Kind kind) {
  const auto all = find_urls(said.all);
  std::vector<FoundUrl> out;
  const auto take = [&](auto&& accused) {
    if (out.empty()) std::copy_if(all.begin(), all.end(), std::back_inserter(out), accused);
  };
  take([](const FoundUrl& url) { return url.defanged; });
  take([&](const FoundUrl& url) {
    return url.host.kind == Key::Kind::kAddress && !ours.empty() && may_hold(ours, url.host.text);
  });
  take([&](const FoundUrl& url) { return is_introduced(said, url, kind); });
  if (out.size() > kUrlsMax) out.resize(kUrlsMax);
  return out;
}

/// The one of ours that handed the mail over that is complained of.
std::optional<std::string> by_headers(const Said& said, const net::Networks& ours) {
  std::set<std::string> found;
  for (const auto& headers : said.headers) {
    const auto received = all_headers(headers, "received");
    if (received.empty()) continue;
    const auto by = handed_over_by(received, ours);
    if (!by) return std::nullopt;
    found.insert(*by);
  }
  return found.size() == 1 ? std::optional(*found.begin()) : std::nullopt;
}

bool is_about_url(Kind kind) {
  return kind == Kind::kPhishingUrl || kind == Kind::kMalwareUrl;
}

/// Whom it accuses; sets server and urls. False: a person decides.
bool accuse(Reading& reading, const Said& said) {
  auto& out = reading.out;
  const auto [addresses, in_doubt] = accused_in(said.all.text, reading.ours);
  if (in_doubt) return out.to_person = ToPerson::kNoServer, false;
  if (addresses.size() > 1) return out.to_person = ToPerson::kSeveralServers, false;
  const auto urls =
      is_about_url(out.kind) ? accused_urls(said, reading.ours, out.kind) : std::vector<FoundUrl>();
  if (addresses.size() == 1) {
    if (!reading.accuse(*addresses.begin())) return false;
    for (const auto& url : urls) {
      if (url.host.kind != Key::Kind::kAddress || url.host == out.server) out.urls.push_back(url.url);
    }
    return true;
  }
  const auto by = by_headers(said, reading.ours);
  if (by && urls.empty()) return reading.accuse(*by);
  std::set<Key> hosts;
  for (const auto& url : urls) hosts.insert(url.host);
  // Who sent the mail and who has the page it leads to may be two.
  if (hosts.size() > 1 || (by && !hosts.empty())) return out.to_person = ToPerson::kSeveralServers, false;
  if (hosts.empty()) return out.to_person = ToPerson::kNoServer, false;
  if (hosts.begin()->kind == Key::Kind::kAddress && !reading.accuse(hosts.begin()->text)) return false;
  out.server = *hosts.begin();
  for (const auto& url : urls) out.urls.push_back(url.url);
  return true;
}

/// Sentences: an address in one of them says whose time it is.
std::vector<std::string_view> sentences(std::string_view text) {
  std::vector<std::string_view> out;
  while (!text.empty()) {
    const auto end = std::min({text.find('\n'), text.find(". "), text.size()});
    out.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

/// The last time that is not another address's, nor later than the mail itself.
std::optional<Timestamp> last_seen(const Said& said, const Complaint& out, std::optional<Timestamp> written) {
  const auto zone = stated_zone(said.all.text);
  std::vector<std::pair<std::size_t, std::size_t>> others;  // in order
  for (const auto sentence : sentences(said.all.text)) {
    const auto found = find_addresses(sentence);
    const bool accused = std::any_of(found.begin(), found.end(),
                                     [&](const auto& one) { return one.address == out.server.text; });
    const auto begin = static_cast<std::size_t>(sentence.data() - said.all.text.data());
    if (!found.empty() && !accused) others.emplace_back(begin, begin + sentence.size());
  }
  std::optional<Timestamp> last;
  for (const auto& time : find_times(said.all.text, zone)) {
    const auto after =
        std::upper_bound(others.begin(), others.end(), std::pair(time.begin, said.all.text.size() + 1));
    const bool others_time = after != others.begin() && time.end <= std::prev(after)->second;
    const bool later = written && time.at > *written + std::chrono::days(1);
    if (!others_time && !later && (!last || time.at > *last)) last = time.at;
  }
  return last;
}

}  // namespace

Complaint read_free_form(Reading reading, const Part& mail) {
  auto& out = reading.out;
  out.format = Format::kFreeForm;
  const auto said = read_said(mail, out.subject);
  for (const auto& headers : said.headers) {
    if (lower_ascii(header(headers, "auto-submitted")).starts_with("auto-replied"))
      return reading.to_person(ToPerson::kAutoReply);
  }
  if (is_broken_report(said)) return reading.to_person(ToPerson::kDamaged);
  out.reference = reference_in_subject(out.subject);
  if (out.reference.empty()) out.reference = reference_in_lines(said.own);
  auto what = kind_of_text(said.own);
  if (!what || (what->kind == Kind::kOther && what->category == Category::kUnknown)) {
    const auto further = kind_of_text(said.quoted);
    if (!what || (further && kind_of_text(said.own + "\n" + said.quoted)->kind != Kind::kOther))
      what = further;
  }
  if (!what) return reading.to_person(ToPerson::kNotAComplaint);
  out.kind = what->kind;
  out.category = what->category;
  if (!accuse(reading, said)) return reading.to_person(*out.to_person);
  out.seen_at = last_seen(said, out, first_time(header(mail.headers, "date")));
  if (out.kind == Kind::kOpenPort || out.kind == Kind::kOpenRelay) {
    const auto port = service_port(said.all.text, out.server.text);
    out.port = port.port;
    out.protocol = port.protocol;
  }
  return out;
}

}  // namespace rescue::complaint
