// What is no complaint, whatever stands in it: RFC 3464 (delivery status), RFC 3834 (automatic replies), RFC
// 8098 (receipts).
#include <algorithm>
#include <array>

#include "prose.hpp"
#include "reading.hpp"
#include "rescue/base/ascii.hpp"

namespace rescue::complaint {
namespace {

constexpr std::array<std::string_view, 8> kBounceSubjects = {"undelivered mail returned",
                                                             "undeliverable:",
                                                             "delivery status notification",
                                                             "mail delivery failed",
                                                             "mail delivery system",
                                                             "returned mail:",
                                                             "failure notice",
                                                             "delivery failure"};
constexpr std::array<std::string_view, 12> kReplySubjects = {
    "automatic reply", "auto reply",    "auto-reply", "autoreply", "auto:",    "automatische antwort",
    "out of office",   "out-of-office", "自動応答",   "自動返信",  "不在通知", "read:"};

template <class Words>
bool begins_with_any(std::string_view text, const Words& words) {
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return text.starts_with(word); });
}

bool is_bounce(const Part& mail, std::string_view subject) {
  const auto from = lower_ascii(header(mail.headers, "from"));
  return mail.report_type == "delivery-status" || find_leaf(mail, "message/delivery-status") != nullptr ||
         from.find("mailer-daemon") != std::string::npos ||
         !header(mail.headers, "x-failed-recipients").empty() || begins_with_any(subject, kBounceSubjects);
}

bool is_auto_reply(const Part& mail, std::string_view subject) {
  return mail.report_type == "disposition-notification" ||
         find_leaf(mail, "message/disposition-notification") != nullptr ||
         lower_ascii(header(mail.headers, "auto-submitted")).starts_with("auto-replied") ||
         lower_ascii(header(mail.headers, "precedence")) == "auto_reply" ||
         !header(mail.headers, "x-autoreply").empty() || !header(mail.headers, "x-autorespond").empty() ||
         begins_with_any(subject, kReplySubjects);
}

bool is_encrypted(const Part& mail) {
  if (mail.type == "multipart/encrypted" || mail.type == "application/pkcs7-mime" ||
      mail.type == "application/x-pkcs7-mime")
    return true;
  if (mail.form == Part::Form::kLeaf)
    return mail.text.find("-----BEGIN PGP MESSAGE-----") != std::string::npos;
  return mail.form == Part::Form::kMultipart &&
         std::any_of(mail.parts.begin(), mail.parts.end(), is_encrypted);
}

std::string bare_subject(std::string_view subject) {
  auto text = lower_ascii(subject);
  for (const std::string_view lead : {"re: ", "fwd: ", "fw: ", "re: "}) {
    if (text.starts_with(lead)) text.erase(0, lead.size());
  }
  return text;
}

}  // namespace

std::optional<ToPerson> no_complaint(const Part& mail) {
  const auto subject = bare_subject(header(mail.headers, "subject"));
  if (is_bounce(mail, subject)) return ToPerson::kBounce;
  if (is_auto_reply(mail, subject)) return ToPerson::kAutoReply;
  if (is_encrypted(mail)) return ToPerson::kEncrypted;
  return std::nullopt;
}

}  // namespace rescue::complaint
