#include <cstdlib>

#include "fuzz_input.hpp"
#include "http_answer.hpp"
#include "memory_stream.hpp"
#include "rescue/net/address.hpp"
#include "rescue/net/url.hpp"
#include "smtp_dialogue.hpp"

using namespace rescue;  // NOLINT(google-build-using-namespace): a program of one function

namespace {

bool is_shown_as_it_is(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

void read_page(std::string_view input, const Clock& clock) {
  MemoryStream stream(input);
  outside::Transcript transcript(clock);
  const outside::Limits limits{.bytes = 4'096, .body_bytes = 1'000};
  outside::LineReader lines(stream, limits.bytes);
  const auto answer = outside::read_http_answer(lines, transcript, limits, outside::SteadyTime::max());
  if (!answer) return;
  if (answer->status < 200 || answer->body.size() > limits.body_bytes) std::abort();
  if (!is_shown_as_it_is(outside::title_of(answer->body))) std::abort();
}

void read_replies(std::string_view input, const Clock& clock) {
  MemoryStream stream(input);
  outside::Transcript transcript(clock);
  const outside::Options options;
  outside::SmtpDialogue dialogue(stream, transcript, options, outside::SteadyTime::max());
  while (const auto reply = dialogue.reply()) {
    if (reply->code < 200 || reply->code > 599) std::abort();
    const auto name = outside::server_name(*reply);
    if (name.find_first_of("<>@ \r\n") != std::string::npos) std::abort();
  }
  for (const auto& line : transcript.take()) {
    if (!is_shown_as_it_is(line.text)) std::abort();
  }
}

/// What a URL was taken apart to reads the same again.
void read_url(std::string_view input) {
  const auto url = net::parse_http_url(input);
  if (!url) return;
  const auto again = net::parse_http_url((url->tls ? "https://" : "http://") + url->authority + url->target);
  if (!again || again->host != url->host || again->port != url->port || again->target != url->target)
    std::abort();
  if (url->host_is_address != net::parse_address(url->host).has_value()) std::abort();
}

}  // namespace

/// What a server says that is looked at from outside: a page, the replies of a mail server; and a reported
/// URL.
void fuzz_one(std::string_view input) {
  const ManualClock clock{Timestamp{}};
  read_page(input, clock);
  read_replies(input, clock);
  read_url(input);
}
