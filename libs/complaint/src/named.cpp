// All addresses that a mail names, whatever it says of them.
#include <set>

#include "addresses.hpp"
#include "mail.hpp"
#include "prose.hpp"
#include "refanged.hpp"
#include "rescue/complaint/complaint.hpp"

namespace rescue::complaint {
namespace {

class Named {
 public:
  explicit Named(std::size_t max) : max_(max) {}
  bool too_many() const { return out_.size() > max_; }
  void take(std::string_view text) {
    if (too_many()) return;
    for (const auto& found : find_addresses(refang(text).text)) {
      out_.insert(found.address);
      if (too_many()) return;
    }
  }
  void take(const Headers& headers) {
    for (const auto& one : headers) take(one.value);
  }
  /// The fields of mails within it too: who handed them over.
  void take(const Part& part) {
    take(part.text);
    for (const auto& inner : part.parts) {
      if (part.form == Part::Form::kMessage) take(inner.headers);
      take(inner);
    }
  }
  std::vector<std::string> addresses() const { return {out_.begin(), out_.end()}; }

 private:
  std::size_t max_;
  std::set<std::string> out_;
};

}  // namespace

std::optional<std::vector<std::string>> addresses_named(std::string_view raw, std::size_t max) {
  const auto mail = parse_mail(raw);
  if (!mail) return std::vector<std::string>();
  Named named(max);
  named.take(*mail);
  // As it is read: without the marks of HTML, and of copied fields.
  const auto content = read_content(*mail);
  named.take(header(mail->headers, "subject"));
  named.take(content.text);
  for (const auto& headers : content.attached) named.take(headers);
  if (named.too_many()) return std::nullopt;
  return named.addresses();
}

}  // namespace rescue::complaint
