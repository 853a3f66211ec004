#include "software_list.hpp"

#include <algorithm>

#include "document_room.hpp"

namespace rescue::detect {
namespace {

using evidence::Software;

/// Only what is over: a document does not change with the day on which it is made. Sources: drupal.org
/// (PSA-2021-06-29, PSA-2023-06-07), docs.joomla.org (Release and support cycle), Adobe's end of support of
/// Magento 1, laravel.com/docs/releases.
struct SupportEnd {
  std::string_view name, branch, day;
};
constexpr SupportEnd kEnds[] = {
    {"Drupal", "6", "2016-02-24"},   {"Drupal", "7", "2025-01-05"},   {"Drupal", "8", "2021-11-17"},
    {"Drupal", "9", "2023-11-01"},   {"Joomla", "2", "2014-12-31"},   {"Joomla", "3", "2023-08-17"},
    {"Joomla", "4", "2025-10-17"},   {"Magento", "1", "2020-06-30"},  {"Laravel", "6", "2022-09-06"},
    {"Laravel", "7", "2021-03-03"},  {"Laravel", "8", "2023-01-24"},  {"Laravel", "9", "2024-02-06"},
    {"Laravel", "10", "2025-02-04"}, {"Laravel", "11", "2026-03-12"},
};

Json software_json(const Software& piece) {
  return {{"name", clean(piece.name)},       {"kind", to_string(piece.kind)},
          {"version", clean(piece.version)}, {"path", clean(piece.path)},
          {"source", clean(piece.source)},   {"support_ended", support_ended(piece.name, piece.version)}};
}

bool lies_in(std::string_view path, const Software& piece) {
  return path.starts_with(piece.path) && path.size() > piece.path.size() && path[piece.path.size()] == '/';
}

/// The one of these that lies deepest; null where the path is in none.
const Software* deepest(const CaseFile& file, std::string_view path, bool applications) {
  const Software* found = nullptr;
  for (const auto& piece : file.software) {
    const bool application = piece.kind == Software::Kind::kApplication;
    if (application != applications || !lies_in(path, piece)) continue;
    if (found == nullptr || piece.path.size() > found->path.size()) found = &piece;
  }
  return found;
}

std::string named(const Software& piece) {
  return piece.name + (piece.version.empty() ? "" : " " + piece.version);
}

}  // namespace

std::string_view support_ended(std::string_view name, std::string_view version) {
  const auto branch = version.substr(0, version.find('.'));
  const auto* at = std::find_if(std::begin(kEnds), std::end(kEnds), [&](const SupportEnd& end) {
    return end.name == name && end.branch == branch;
  });
  return at == std::end(kEnds) ? "" : at->day;
}

DocumentList software_list(const CaseFile& file) {
  std::vector<const Software*> order;
  for (const auto& piece : file.software) order.push_back(&piece);
  std::stable_sort(order.begin(), order.end(), [](const Software* a, const Software* b) {
    const auto weight = [](const Software* s) { return s->kind == Software::Kind::kApplication ? 0 : 1; };
    return weight(a) < weight(b);
  });
  DocumentList list;
  DocumentRoom room(kSoftwareRoom);
  for (const auto* piece : order) {
    auto json = software_json(*piece);
    if (room.take(json)) list.items.push_back(std::move(json));
  }
  list.left_out = room.left_out() + file.software_left_out;
  return list;
}

std::string software_words(const CaseFile& file, std::string_view path) {
  const auto* application = deepest(file, path, true);
  if (application == nullptr) return "";
  auto words = " It lies in " + named(*application) + " (" + application->path + ")";
  if (const auto ended = support_ended(application->name, application->version); !ended.empty())
    words += ", whose makers stopped repairing it on " + std::string(ended);
  const auto* part = deepest(file, path, false);
  if (part != nullptr && part->path.size() > application->path.size())
    words += ", in its " + std::string(to_string(part->kind)) + " " + named(*part);
  return words + ".";
}

}  // namespace rescue::detect
