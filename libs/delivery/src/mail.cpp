#include "rescue/delivery/mail.hpp"

#include <charconv>

#include "curl_call.hpp"
#include "mail_headers.hpp"
#include "printable.hpp"

namespace rescue::delivery {
namespace {

struct MimeEnd {
  void operator()(curl_mime* mime) const { curl_mime_free(mime); }
};
using Mime = std::unique_ptr<curl_mime, MimeEnd>;

/// The conversation up to its QUIT: the command that was sent last, and the reply that came last.
struct Conversation {
  std::string command, reply;
  bool over = false;
  /// 0 where no reply came.
  int code() const {
    int out = 0;
    std::from_chars(reply.data(), reply.data() + reply.size(), out);
    return out;
  }
};

int listen_in(CURL*, curl_infotype type, char* data, std::size_t size, void* conversation_of_call) {
  auto& conversation = *static_cast<Conversation*>(conversation_of_call);
  const std::string_view line(data, size);
  if (type == CURLINFO_HEADER_OUT && line.starts_with("QUIT")) conversation.over = true;
  if (conversation.over) return 0;
  if (type == CURLINFO_HEADER_OUT) conversation.command = line;
  if (type == CURLINFO_HEADER_IN) conversation.reply = line;
  return 0;
}

std::vector<std::string> headers(const Mail& mail, const MailOptions& options) {
  return {"Date: " + mail_date(mail.date), "From: <" + options.from + ">", "To: <" + mail.to + ">",
          "Subject: " + encoded_header(mail.subject),
          "Message-ID: <" + mail.id + "@" + domain_of(options.from) + ">",
          "Content-Language: " + mail.language,
          // RFC 3834: nobody's machine answers it.
          "Auto-Submitted: auto-generated"};
}

/// One text part. Base64, because a line of the text may be longer than SMTP's lines.
Mime text_part(const CurlCall& call, const std::string& text) {
  Mime mime(curl_mime_init(call.handle()));
  curl_mimepart* part = mime ? curl_mime_addpart(mime.get()) : nullptr;
  if (part == nullptr || curl_mime_data(part, text.data(), text.size()) != CURLE_OK ||
      curl_mime_type(part, "text/plain; charset=utf-8") != CURLE_OK ||
      curl_mime_encoder(part, "base64") != CURLE_OK) {
    throw std::bad_alloc();
  }
  return mime;
}

std::string without_line_end(std::string text) {
  while (!text.empty() && (text.back() == '\r' || text.back() == '\n')) text.pop_back();
  return printable(text);
}

Outcome outcome_of(CURLcode code, const CurlCall& call, const Conversation& conversation) {
  const auto status = conversation.code();
  if (code == CURLE_OK) {
    return {.verdict = Verdict::kDelivered,
            .detail = "the relay took it: " + without_line_end(conversation.reply),
            .status = status};
  }
  auto out = transport_failure(code, call);
  out.status = status;
  // Only what is said about this recipient or this text is final: the relay's own troubles pass.
  const bool about_this =
      conversation.command.starts_with("RCPT ") || conversation.command.starts_with("DATA");
  if (about_this && status >= 400 && status < 600 && code != CURLE_OPERATION_TIMEDOUT) {
    out.verdict = status >= 500 ? Verdict::kNever : Verdict::kLater;
    out.problem = "relay-refused";
    out.detail = "the relay said: " + without_line_end(conversation.reply);
  }
  return out;
}

}  // namespace

Outcome send_mail(const Mail& mail, const MailOptions& options) {
  const auto recipient = check_mail_address(mail.to);
  if (!recipient) {
    return {.verdict = Verdict::kNever, .problem = "bad-address", .detail = recipient.error().detail};
  }
  Conversation conversation;
  CurlCall call(options.relay_url + "/" + domain_of(options.from), "smtp,smtps", options.timeout,
                options.ca_file);
  const auto lines = make_slist(headers(mail, options));
  const auto recipients = make_slist({mail.to});
  const auto body = text_part(call, mail.text);
  call.set(CURLOPT_USE_SSL, static_cast<long>(options.require_tls ? CURLUSESSL_ALL : CURLUSESSL_TRY));
  if (!options.user.empty()) {
    call.set(CURLOPT_USERNAME, options.user.c_str());
    call.set(CURLOPT_PASSWORD, options.password.c_str());
  }
  call.set(CURLOPT_MAIL_FROM, options.from.c_str());
  call.set(CURLOPT_MAIL_RCPT, recipients.get());
  call.set(CURLOPT_HTTPHEADER, lines.get());
  call.set(CURLOPT_MIMEPOST, body.get());
  call.set(CURLOPT_DEBUGFUNCTION, &listen_in);
  call.set(CURLOPT_DEBUGDATA, &conversation);
  call.set(CURLOPT_VERBOSE, 1L);
  const auto code = call.run();
  return outcome_of(code, call, conversation);
}

}  // namespace rescue::delivery
