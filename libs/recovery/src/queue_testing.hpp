#pragma once

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

namespace rescue::recovery {

/// A server's root for one test, gone with the object.
class QueueTree {
 public:
  QueueTree() : root_((std::filesystem::temp_directory_path() / "rescue-queue-XXXXXX").string()) {
    if (::mkdtemp(root_.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
  }
  QueueTree(const QueueTree&) = delete;
  QueueTree& operator=(const QueueTree&) = delete;
  ~QueueTree() {
    std::error_code ignored;
    std::filesystem::remove_all(root_, ignored);
  }

  const std::string& root() const { return root_; }
  std::string at(const std::string& path) const { return root_ + path; }
  bool has(const std::string& path) const {
    return std::filesystem::exists(std::filesystem::symlink_status(at(path)));
  }
  void folder(const std::string& path) const { std::filesystem::create_directories(at(path)); }
  void write(const std::string& path, const std::string& bytes, mode_t mode = 0700) const {
    folder(std::filesystem::path(path).parent_path());
    std::ofstream(at(path), std::ios::binary) << bytes;
    ::chmod(at(path).c_str(), mode);
  }
  std::string read(const std::string& path) const {
    std::ifstream file(at(path), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  std::size_t count(const std::string& path) const {
    std::size_t files = 0;
    std::error_code none;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(at(path), none))
      if (entry.is_regular_file()) ++files;
    return files;
  }

 private:
  std::string root_;
};

/// A file of the parsers' corpus, written by the real mail servers.
inline std::string real_file(const std::string& name) {
  std::ifstream file(std::filesystem::path(RESCUE_SOURCE_DIR) / "tests/fuzz/corpus" / name, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline std::string record(char type, const std::string& data) {
  std::string out(1, type);
  auto length = data.size();
  for (; length >= 0x80; length >>= 7U) out += static_cast<char>((length & 0x7FU) | 0x80U);
  return out + static_cast<char>(length) + data;
}

/// A queue file of Postfix.
struct MadeMessage {
  std::string sender = "bank@bank.example", account = {}, address = "203.0.113.5", to = "u@d.example";
  std::string content = record('N', "Subject: R") + record('N', "") + record('N', "text");

  std::string bytes() const {
    std::string file = record('T', "1789264811 123456");
    if (!address.empty()) file += record('A', "client_address=" + address);
    if (!account.empty()) file += record('A', "sasl_username=" + account);
    return file + record('S', sender) + record('R', to) + record('M', "") + content + record('X', "") +
           record('E', "");
  }
};

}  // namespace rescue::recovery
