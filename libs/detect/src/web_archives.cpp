#include "web_archives.hpp"

#include <algorithm>
#include <array>

#include "rescue/base/ascii.hpp"
#include "rescue/evidence/part_stream.hpp"
#include "rescue/evidence/tar_archive.hpp"
#include "rescue/evidence/zip_archive.hpp"
#include "web_settings.hpp"

namespace rescue::detect {
namespace {

constexpr std::size_t kPeekBytes = 512;
constexpr std::string_view kUnreadable = "an archive that cannot be read", kDamaged = "damaged members in it",
                           kNoList = "its list of members is missing or damaged",
                           kEncrypted = "encrypted members in it",
                           kUnknownMethod = "members in it that are packed in a way that is not read",
                           kNested = "archives within it, which were not opened",
                           kManyMembers = "it has more members than are looked at",
                           kManyBytes = "it unpacks to more than is looked at",
                           kLargeMember = "members in it of which only the beginning was looked at",
                           kTimeIsUp = "the time limit was reached while it was read";

template <class Words>
bool ends_with_one_of(std::string_view text, const Words& words) {
  return std::any_of(words.begin(), words.end(),
                     [&](const std::string_view word) { return text.ends_with(word); });
}

constexpr std::array<std::string_view, 4> kZipNames = {".zip", ".jar", ".war", ".phar"};
constexpr std::array<std::string_view, 9> kTarNames = {".tar",     ".tar.gz", ".tgz",     ".tar.xz", ".txz",
                                                       ".tar.zst", ".tzst",   ".tar.bz2", ".tbz2"};
constexpr std::array<std::string_view, 28> kCodeNames = {
    ".php",  ".php3", ".php4", ".php5", ".php7", ".php8", ".phtml", ".pht",  ".inc",  ".module",
    ".asp",  ".asa",  ".cer",  ".aspx", ".ashx", ".asmx", ".jsp",   ".jspx", ".jspf", ".cfm",
    ".cfml", ".cgi",  ".pl",   ".py",   ".rb",   ".sh",   ".cdx",   ".ascx"};

bool is_code_name(const std::string& name) {
  const auto low = lower_ascii(name);
  return ends_with_one_of(low, kCodeNames) || low.find(".php.") != low.npos || is_web_settings(low);
}

bool begins_as_code(std::string_view text) {
  return text.starts_with("#!") || text.find("<?php") != text.npos || text.find("<?=") != text.npos ||
         text.find("<%") != text.npos || text.find("<script language") != text.npos;
}

bool is_tar(std::string_view first_bytes) {
  return first_bytes.size() > 262 && first_bytes.substr(257, 5) == "ustar";
}

/// One archive, as far as the bounds allow.
class Walk {
 public:
  Walk(const evidence::OpenFile& file, const evidence::TimeIsUp& time_is_up, const TakeMember& take,
       const ArchiveBounds& bounds)
      : file_(file), time_is_up_(time_is_up), take_(take), bounds_(bounds) {}

  ArchiveReport go(const std::string& path) && {
    const auto low = lower_ascii(path);
    std::array<char, kPeekBytes> first{};
    const auto got = file_.read_at(0, first);
    const std::string_view beginning(first.data(), got.value_or(0));
    const auto how = evidence::compression_of(beginning);
    if (how != evidence::Compression::kNone || is_tar(beginning)) {
      tar(how);
    } else if (ends_with_one_of(low, kZipNames) || beginning.starts_with("PK")) {
      // A .phar of PHP's own form is a PHP file, and looked at as such.
      const bool own_form = low.ends_with(".phar") && !beginning.starts_with("PK");
      if (!own_form) zip();
    } else {
      tar(how);
    }
    return std::move(report_);
  }

 private:
  static constexpr std::uint64_t kCostOfEach = 4096;

  void fault(std::string_view what) { ++report_.faults[what]; }

  /// Whether there is room to look at one more.
  bool goes_on() {
    const auto stop = time_is_up_()                           ? kTimeIsUp
                      : members_ >= bounds_.members           ? kManyMembers
                      : report_.cost > bounds_.unpacked_bytes ? kManyBytes
                                                              : std::string_view();
    if (stop.empty()) return true;
    fault(stop);
    return false;
  }

  void found(const std::string& name, std::string_view content, bool whole) {
    if (!whole) fault(kLargeMember);
    take_(name, content, whole);
  }

  void zip() {
    report_.cost = kCostOfEach;
    const auto listing = evidence::list_zip(file_);
    if (!listing || (listing->damaged && listing->members.empty())) return fault(kUnreadable);
    if (listing->damaged) fault(kNoList);
    if (listing->cut) fault(kManyMembers);
    for (const auto& member : listing->members) {
      if (!goes_on()) return;
      zip_member(member);
    }
  }

  void zip_member(const evidence::ZipMember& member) {
    if (is_archive_name(member.name)) return fault(kNested);
    if (member.encrypted) return fault(kEncrypted);
    if (!member.readable()) return fault(kUnknownMethod);
    if (member.size == 0 && member.packed == 0) return;
    if (!is_code_name(member.name)) {
      report_.cost += kPeekBytes;
      const auto beginning = evidence::read_zip_member(file_, member, kPeekBytes);
      if (!beginning || beginning->damaged) return fault(kDamaged);
      if (!begins_as_code(beginning->bytes)) return;
    }
    ++members_;
    const auto content = evidence::read_zip_member(file_, member, bounds_.member_bytes);
    report_.cost += kCostOfEach + (content ? content->bytes.size() : 0);
    if (!content || content->damaged) fault(kDamaged);
    if (content && !content->bytes.empty())
      found(member.name, content->bytes, content->whole || content->damaged);
  }

  void tar(evidence::Compression how) {
    evidence::PartStream packed(file_, 0, file_.info().size);
    const auto plain = evidence::decompress(how, packed, limits());
    evidence::TarReader reader(plain ? *plain : packed);
    report_.cost = kCostOfEach;
    for (;;) {
      const auto member = reader.next();
      if (!member) return stream_fault(member.error());
      if (!*member) return;
      ++seen_;
      report_.cost += kPeekBytes + std::min((*member)->size, bounds_.unpacked_bytes);
      const bool nested = (*member)->regular && is_archive_name((*member)->name);
      if (nested) fault(kNested);
      if ((*member)->regular && !nested) {
        if (const auto read = tar_member(**member, reader); !read) return stream_fault(read.error());
      }
      if (!goes_on()) return;
    }
  }

  evidence::DecompressionLimits limits() const {
    return {.max_bytes = bounds_.unpacked_bytes, .free_bytes = 16 << 20, .max_ratio = 500};
  }

  void stream_fault(const Error& error) {
    fault(error.code == ErrorCode::kTooLarge ? kManyBytes : seen_ == 0 ? kUnreadable : kDamaged);
  }

  Status tar_member(const evidence::TarMember& member, evidence::TarReader& reader) {
    std::string content;
    if (!is_code_name(member.name)) {
      RESCUE_TRY(read_up_to(kPeekBytes, member, reader, content));
      if (!begins_as_code(content)) return {};
    }
    ++members_;
    report_.cost += kCostOfEach;
    const auto read = read_up_to(bounds_.member_bytes, member, reader, content);
    // What came before the damage is looked at, too.
    if (!content.empty()) found(member.name, content, !read || content.size() == member.size);
    return read;
  }

  static Status read_up_to(std::size_t most, const evidence::TarMember& member, evidence::TarReader& reader,
                           std::string& content) {
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(most, member.size));
    std::array<char, 16384> piece{};
    while (content.size() < wanted) {
      const auto room = std::min(piece.size(), wanted - content.size());
      RESCUE_ASSIGN(const auto got, reader.read(std::span(piece).first(room)));
      content.append(piece.data(), got);
    }
    return {};
  }

  const evidence::OpenFile& file_;
  const evidence::TimeIsUp& time_is_up_;
  const TakeMember& take_;
  const ArchiveBounds& bounds_;
  ArchiveReport report_;
  std::size_t members_ = 0, seen_ = 0;
};

}  // namespace

bool is_archive_name(std::string_view path) {
  const auto low = lower_ascii(path.substr(path.size() - std::min<std::size_t>(path.size(), 16)));
  return ends_with_one_of(low, kZipNames) || ends_with_one_of(low, kTarNames);
}

bool begins_as_archive(std::string_view first_bytes) {
  return first_bytes.starts_with("PK\x03\x04") || first_bytes.starts_with("PK\x05\x06") ||
         evidence::compression_of(first_bytes) != evidence::Compression::kNone ||
         (is_tar(first_bytes) && !first_bytes.starts_with("<?"));
}

bool is_run_packed(std::string_view path) {
  const auto low = lower_ascii(path);
  const bool servlets = low.ends_with(".war") || low.ends_with(".jar");
  return low.ends_with(".phar") || (servlets && low.find("/webapps/") != low.npos);
}

ArchiveReport go_through_archive(const std::string& path, const evidence::OpenFile& file,
                                 const evidence::TimeIsUp& time_is_up, const TakeMember& take,
                                 const ArchiveBounds& bounds) {
  return Walk(file, time_is_up, take, bounds).go(path);
}

}  // namespace rescue::detect
