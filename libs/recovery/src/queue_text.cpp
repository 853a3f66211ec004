#include <algorithm>
#include <array>
#include <cstdio>

#include "queue_pass.hpp"

namespace rescue::recovery {
namespace {

std::string grouped(std::uint64_t number) {
  auto text = std::to_string(number);
  for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > 0; at -= 3)
    text.insert(static_cast<std::size_t>(at), ",");
  return text;
}

std::string size_of(std::uint64_t bytes) {
  constexpr double kMega = 1'000'000;
  std::array<char, 32> text{};
  const auto size = std::snprintf(text.data(), text.size(), "%.1f MB", static_cast<double>(bytes) / kMega);
  return {text.data(), static_cast<std::size_t>(size)};
}

std::string meaning(std::string_view name) {
  if (name == "abuse") return "mail of the abuse";
  if (name == "bounce-of-abuse") return "bounces of mail that is purged";
  if (name == "bounce-unsure") return "bounces of what seems to have been such mail and is not here any more";
  if (name == "unfinished") return "still being taken in";
  if (name == "unreadable") return "cannot be read";
  return "other mail";
}

}  // namespace

std::string text_of(const PassReport& report) {
  std::string out = "Messages that wait: " + grouped(report.read) + ".\n";
  for (const auto* decision : {"purge", "hold", "stay"}) {
    for (const auto& [name, count] : report.classes) {
      if (count.decision != decision) continue;
      const std::string word = count.decision == "purge"  ? "Purge"
                               : count.decision == "hold" ? "Hold"
                                                          : "Leave";
      out += word + ": " + grouped(count.messages) + " (" + meaning(name) + "), to " +
             grouped(count.recipients) + " recipients, " + size_of(count.bytes) + "\n";
    }
  }
  if (std::ranges::any_of(report.classes, [](const auto& one) {
        return one.second.decision == "purge" && one.second.messages > 0;
      })) {
    out +=
        "What is purged stays on the server, up to 512 MiB, in rescue-kept-* below the mail server's spool, "
        "so "
        "that it can be put back. It is deleted when mail is held or purged there after 30 days or more, or "
        "by "
        "whoever needs the room.\n";
  }
  return out;
}

}  // namespace rescue::recovery
