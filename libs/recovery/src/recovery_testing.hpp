#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "rescue/recovery/programs.hpp"
#include "rescue/recovery/server_files.hpp"

namespace rescue::recovery::testing {

/// A folder that stands for a server's root, and the programs that were asked for.
class TestServer {
 public:
  TestServer() {
    std::string name = "/tmp/rescue-recovery-XXXXXX";
    root_ = ::mkdtemp(name.data());
    files_.emplace(*ServerFiles::open(root_));
  }
  ~TestServer() { std::filesystem::remove_all(root_); }
  TestServer(const TestServer&) = delete;
  TestServer& operator=(const TestServer&) = delete;

  std::string path(const std::string& inner) const { return root_ + inner; }
  void write(const std::string& inner, const std::string& text, mode_t mode = 0644) const {
    std::filesystem::create_directories(std::filesystem::path(path(inner)).parent_path());
    std::ofstream(path(inner), std::ios::binary) << text;
    ::chmod(path(inner).c_str(), mode);
  }
  /// Only root can give files away; everybody else's are not root's anyway.
  void give_to(uid_t owner, const std::string& inner) const {
    if (::geteuid() != 0) return;
    EXPECT_EQ(::chown(path(inner).c_str(), owner, owner), 0);
  }
  std::string text(const std::string& inner) const {
    std::ifstream in(path(inner), std::ios::binary);
    std::stringstream out;
    out << in.rdbuf();
    return out.str();
  }
  const ServerFiles& files() const { return *files_; }
  /// Every program ends well and says nothing, but for what `refuse` names.
  RunProgram programs() {
    return [this](const Command& command) -> Result<Ended> {
      asked.push_back(command);
      return Ended{command.program == refuse ? 1 : 0, command.program == refuse ? "fatal: no" : ""};
    };
  }

  std::vector<Command> asked;
  std::string refuse;

 private:
  std::string root_;
  std::optional<ServerFiles> files_;
};

}  // namespace rescue::recovery::testing
