#include "example_root.hpp"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "php_decoders.hpp"

namespace rescue::detect {

ExampleRoot::ExampleRoot(JournalMaker journal)
    : journal_(std::move(journal)),
      directory_((std::filesystem::temp_directory_path() / "rescue-root-XXXXXX").string()) {
  if (::mkdtemp(directory_.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
}

ExampleRoot::~ExampleRoot() {
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
  std::filesystem::remove_all(yara_folder(), ignored);
}

void ExampleRoot::write(const std::string& path, const std::string& text) {
  const auto full = std::filesystem::path(directory_ + path);
  std::filesystem::create_directories(full.parent_path());
  constexpr std::string_view kEncoded = "base64:";
  constexpr std::string_view kJournal = "journal:\n";
  std::ofstream out(full, std::ios::binary);
  if (text.starts_with(kJournal)) {
    if (!journal_) throw std::runtime_error("examples with journals cannot be run here");
    out << journal_(std::string_view(text).substr(kJournal.size()));
  } else {
    out << (text.starts_with(kEncoded) ? decode_base64(text.substr(kEncoded.size())) : text);
  }
}

void ExampleRoot::write_yara(const std::string& name, const std::string& text) {
  const auto full = std::filesystem::path(yara_folder()) / name;
  std::filesystem::create_directories(full.parent_path());
  std::ofstream(full, std::ios::binary) << text;
}

void ExampleRoot::set_time(const std::string& path, Timestamp t) {
  timespec times[2] = {};
  times[0].tv_sec = times[1].tv_sec = to_us(t) / 1'000'000;
  if (::utimensat(AT_FDCWD, (directory_ + path).c_str(), times, 0) != 0)
    throw std::runtime_error("utimensat: " + path);
}

void ExampleRoot::lay_out(const Json& scene, Timestamp fallback) {
  const auto yara = scene.value("yara", Json::object());
  for (const auto& [name, text] : yara.items()) write_yara(name, text.get<std::string>());
  for (const auto& [path, text] : scene.at("files").items()) {
    write(path, text.get<std::string>());
    const auto times = scene.find("times");
    const bool named = times != scene.end() && times->contains(path);
    set_time(path, named ? parse_rfc3339(times->at(path).get<std::string>()).value() : fallback);
  }
}

bool ExampleRoot::give_rights(const Json& scene) {
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

Json ExampleRoot::investigate(InvestigationOptions how) const {
  auto root = evidence::SafeRoot::open(directory_);
  if (!root) throw std::runtime_error(root.error().detail);
  const auto yara = evidence::SafeRoot::open(yara_folder());
  how.yara = yara ? &*yara : nullptr;
  return detect::investigate(*root, how).document;
}

}  // namespace rescue::detect
