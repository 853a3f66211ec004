#include "mini_root.hpp"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "php_decoders.hpp"
#include "rescue/evidence/testing/journal_writer.hpp"

namespace rescue::detect {

MiniRoot::MiniRoot() : directory_((std::filesystem::temp_directory_path() / "rescue-root-XXXXXX").string()) {
  if (::mkdtemp(directory_.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
}

MiniRoot::~MiniRoot() {
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

void MiniRoot::write(const std::string& path, const std::string& text) {
  const auto full = std::filesystem::path(directory_ + path);
  std::filesystem::create_directories(full.parent_path());
  constexpr std::string_view kEncoded = "base64:";
  constexpr std::string_view kJournal = "journal:\n";
  std::ofstream out(full, std::ios::binary);
  if (text.starts_with(kJournal)) {
    out << evidence::testing::journal_of(std::string_view(text).substr(kJournal.size()));
  } else {
    out << (text.starts_with(kEncoded) ? decode_base64(text.substr(kEncoded.size())) : text);
  }
}

void MiniRoot::set_time(const std::string& path, Timestamp t) {
  timespec times[2] = {};
  times[0].tv_sec = times[1].tv_sec = to_us(t) / 1'000'000;
  if (::utimensat(AT_FDCWD, (directory_ + path).c_str(), times, 0) != 0)
    throw std::runtime_error("utimensat: " + path);
}

void MiniRoot::lay_out(const Json& scene, Timestamp fallback) {
  for (const auto& [path, text] : scene.at("files").items()) {
    write(path, text.get<std::string>());
    const auto times = scene.find("times");
    const bool named = times != scene.end() && times->contains(path);
    set_time(path, named ? parse_rfc3339(times->at(path).get<std::string>()).value() : fallback);
  }
}

bool MiniRoot::give_rights(const Json& scene) {
  const auto links = scene.value("links", Json::object());
  for (const auto& [path, target] : links.items()) {
    std::filesystem::create_directories(std::filesystem::path(directory_ + path).parent_path());
    std::filesystem::create_symlink(target.get<std::string>(), directory_ + path);
  }
  const auto modes = scene.value("modes", Json::object());
  for (const auto& [path, mode] : modes.items()) {
    const auto bits = static_cast<mode_t>(std::stoul(mode.get<std::string>(), nullptr, 8));
    if (::chmod((directory_ + path).c_str(), bits) != 0) throw std::runtime_error("chmod: " + path);
  }
  const auto owners = scene.value("owners", Json::object());
  for (const auto& [path, uid] : owners.items()) {
    if (::chown((directory_ + path).c_str(), uid.get<uid_t>(), 0) != 0) return false;
  }
  const auto capabilities = scene.value("capabilities", Json::object());
  for (const auto& [path, value] : capabilities.items()) {
    const auto bytes = decode_base64(value.get<std::string>());
    if (::setxattr((directory_ + path).c_str(), "security.capability", bytes.data(), bytes.size(), 0) != 0)
      return false;
  }
  return true;
}

Json MiniRoot::investigate(unsigned jobs, std::optional<std::chrono::seconds> time_limit) const {
  auto root = evidence::SafeRoot::open(directory_);
  if (!root) throw std::runtime_error(root.error().detail);
  return detect::investigate(*root, {.jobs = jobs, .since = std::nullopt, .time_limit = time_limit}).document;
}

}  // namespace rescue::detect
