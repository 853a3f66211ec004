// The program itself, over pipes.
#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include "rescue/base/json.hpp"

namespace rescue::responder {
namespace {

class Program {
 public:
  explicit Program(const std::vector<std::string>& arguments) {
    std::string name = "/tmp/rescue-responder-XXXXXX";
    root = ::mkdtemp(name.data());
    std::array<int, 2> in{}, out{};
    EXPECT_EQ(::pipe(in.data()) + ::pipe(out.data()), 0);
    pid = ::fork();
    if (pid == 0) {
      ::dup2(in[0], 0);
      ::dup2(out[1], 1);
      for (const int fd : {in[0], in[1], out[0], out[1]}) ::close(fd);
      std::vector<std::string> words{RESCUE_RESPONDER, "--root", root};
      words.insert(words.end(), arguments.begin(), arguments.end());
      std::vector<char*> pointers;
      for (auto& word : words) pointers.push_back(word.data());
      pointers.push_back(nullptr);
      ::execv(pointers[0], pointers.data());
      ::_exit(127);
    }
    ::close(in[0]);
    ::close(out[1]);
    input = in[1];
    output = out[0];
  }
  ~Program() {
    ::close(input);
    ::close(output);
    if (pid > 0) ::kill(pid, SIGKILL), ::waitpid(pid, nullptr, 0);
    std::filesystem::remove_all(root);
  }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  Json ask(const std::string& line) const {
    EXPECT_EQ(::write(input, line.data(), line.size()), static_cast<ssize_t>(line.size()));
    std::string answer;
    for (char c = 0; ::read(output, &c, 1) == 1 && c != '\n';) answer += c;
    return parse_json(answer).value_or(Json());
  }
  int end() {
    int status = 0;
    ::waitpid(std::exchange(pid, -1), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

  std::string root;
  pid_t pid = -1;
  int input = -1, output = -1;
};

TEST(ResponderProgram, AnswersEachLineAndEndsWithItsInput) {
  Program program({});
  EXPECT_EQ(program.ask("{\"id\":1,\"op\":\"hello\"}\n")["result"]["protocol"], 1);
  EXPECT_EQ(program.ask("garbage\n")["ok"], false);
  EXPECT_EQ(program.ask("{\"id\":2,\"op\":\"lock-hold\"}\n")["result"]["held"], true);
  EXPECT_TRUE(program.ask("{\"id\":3,\"op\":\"lock-read\"}\n")["result"]["record"].is_null());
  EXPECT_EQ(program.ask("{\"id\":4,\"op\":\"lock-release\"}\n")["id"], 4);
  EXPECT_EQ(program.ask("{\"id\":5,\"op\":\"lock-read\"}\n")["error"]["problem"], "lock-not-held");
  ::close(std::exchange(program.input, -1));
  EXPECT_EQ(program.end(), 0);
}

TEST(ResponderProgram, ALineThatIsTooLongIsRefusedAndTheNextOneRead) {
  const Program program({});
  EXPECT_EQ(program.ask(std::string((1 << 20) + 10, 'x') + "\n")["error"]["problem"], "line-too-long");
  EXPECT_EQ(program.ask("{\"id\":1,\"op\":\"hello\"}\n")["id"], 1);
}

TEST(ResponderProgram, OutlivesALostTerminalAndEndsWhenNobodySpeaks) {
  Program program({"--silence-max", "1"});
  program.ask("{\"id\":1,\"op\":\"hello\"}\n");
  ::kill(program.pid, SIGHUP);
  EXPECT_EQ(program.ask("{\"id\":2,\"op\":\"hello\"}\n")["id"], 2);
  EXPECT_EQ(program.end(), 0) << "it leaves no process behind";
}

TEST(ResponderProgram, EndsWellWhenItIsToldTo) {
  Program program({});
  program.ask("{\"id\":1,\"op\":\"hello\"}\n");
  ::kill(program.pid, SIGTERM);
  EXPECT_EQ(program.end(), 0);
}

}  // namespace
}  // namespace rescue::responder
