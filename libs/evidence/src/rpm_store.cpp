#include "rpm_store.hpp"

#include <algorithm>
#include <array>

#include "bdb_file.hpp"
#include "sqlite_file.hpp"

namespace rescue::evidence {
namespace {

constexpr std::string_view kPrevents = "telling changed and added programs from the packages' own";
constexpr std::size_t kMostPackages = 200'000, kMostNameBytes = 256;

void tell(Gaps& gaps, const std::string& path, std::string reason) {
  gaps.push_back(
      {.path = path, .reason = std::move(reason), .prevents = std::string(kPrevents), .grave = true});
}

bool holds_something(const SafeRoot& root, const std::string& path) {
  const auto info = root.info(path, SafeRoot::LastLink::kFollow);
  return info && info->size > 0;
}

}  // namespace

/// Each once, whatever links lead to it.
std::vector<RpmStore::Candidate> RpmStore::all(const SafeRoot& root) {
  constexpr std::array<std::pair<std::string_view, std::optional<Form>>, 3> kKinds = {
      {{"rpmdb.sqlite", Form::kSqlite}, {"Packages", Form::kBerkeley}, {"Packages.db", std::nullopt}}};
  std::vector<Candidate> out;
  for (const std::string folder : {"/var/lib/rpm", "/usr/lib/sysimage/rpm", "/usr/share/rpm"}) {
    for (const auto& [name, form] : kKinds) {
      auto path = folder + "/" + std::string(name);
      const auto info = root.info(path, SafeRoot::LastLink::kFollow);
      if (!info || info->size == 0) continue;
      const bool seen =
          std::any_of(out.begin(), out.end(), [&](const auto& known) { return known.inode == info->inode; });
      if (!seen) out.push_back({.path = std::move(path), .form = form, .inode = info->inode});
    }
  }
  return out;
}

/// One that opens, else one that should.
const RpmStore::Candidate* RpmStore::best(const SafeRoot& root, const std::vector<Candidate>& candidates) {
  const auto opens = [&](const Candidate& each) {
    if (!each.form) return false;
    return *each.form == Form::kSqlite ? SqliteFile::is_one(root, each.path)
                                       : BdbFile::open(root, each.path).has_value();
  };
  auto found = std::find_if(candidates.begin(), candidates.end(), opens);
  if (found == candidates.end())
    found = std::find_if(candidates.begin(), candidates.end(),
                         [](const auto& each) { return each.form.has_value(); });
  return found == candidates.end() ? nullptr : &*found;
}

std::optional<RpmStore> RpmStore::find(const SafeRoot& root, const std::function<bool()>& time_is_up,
                                       Gaps& gaps) {
  const auto candidates = all(root);
  const auto* chosen = best(root, candidates);
  for (const auto& other : candidates) {
    if (&other == chosen) continue;
    if (!other.form) tell(gaps, other.path, "this form of rpm's data base (ndb) is not read");
    if (chosen != nullptr && other.form)
      tell(gaps, other.path, "a second data base of packages beside " + chosen->path + "; it was not read");
  }
  if (chosen == nullptr) return std::nullopt;
  return RpmStore(root, time_is_up, chosen->path, *chosen->form);
}

void RpmStore::each_header(const Visit& visit) {
  if (form_ == Form::kSqlite) {
    auto file = SqliteFile::open(*root_, path_, *time_is_up_);
    if (!file) return damage_.add(0, file.error().detail);
    written_ = file->info().mtime;
    if (const auto log = root_->info(path_ + "-wal")) written_ = std::max(written_, log->mtime);
    const bool there = file->each_row("Packages", [&](const SqliteRow& row) {
      return visit(static_cast<std::uint32_t>(row.id), row.text(1));
    });
    damage_ = file->damage();
    if (!there) damage_.add(0, "there is no table of packages in it");
    if (holds_something(*root_, path_ + "-journal")) damage_.add(0, "a change of it was not finished");
    return;
  }
  auto file = BdbFile::open(*root_, path_, *time_is_up_);
  if (!file) return damage_.add(0, file.error().detail);
  written_ = file->info().mtime;
  file->each_pair([&](std::string_view key, std::string_view value) {
    const auto number = file->order().u32(key, 0);
    return key.size() != 4 || number == 0 || visit(number, value);  // 0: how many there have been
  });
  damage_ = file->damage();
}

RpmIndex RpmStore::sqlite_index(std::string_view table) {
  RpmIndex index;
  auto file = SqliteFile::open(*root_, path_, *time_is_up_);
  if (!file) return index;
  index.known = file->each_row(table, [&](const SqliteRow& row) {
    const auto key = row.text(0).substr(0, kMostNameBytes);
    index.values.emplace(static_cast<std::uint32_t>(row.number(1)), key);
    return index.values.size() < kMostPackages;
  });
  index.known = index.known && file->damage().places == 0;
  return index;
}

RpmIndex RpmStore::names() {
  if (form_ == Form::kSqlite) return sqlite_index("Name");
  RpmIndex index;
  auto file = BdbFile::open(*root_, path_.substr(0, path_.rfind('/')) + "/Name", *time_is_up_);
  if (!file) return index;
  constexpr std::size_t kPair = 8;  // a package's number, and which of its names
  file->each_pair([&](std::string_view key, std::string_view value) {
    for (std::size_t at = 0; at + kPair <= value.size(); at += kPair)
      index.values.emplace(file->order().u32(value, at), key.substr(0, kMostNameBytes));
    return index.values.size() < kMostPackages;
  });
  index.known = file->damage().places == 0;
  return index;
}

RpmIndex RpmStore::header_digests() {
  return form_ == Form::kSqlite ? sqlite_index("Sha1header") : RpmIndex();
}

}  // namespace rescue::evidence
