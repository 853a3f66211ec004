// Real connections of a real process on loopback; ending another process's needs root.
#include "connections.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <utility>

#include "rescue/base/unique_fd.hpp"

namespace rescue::recovery {
namespace {

UniqueFd new_socket() {
  return UniqueFd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
}

/// A process that reads from a connection until that ends, and then ends with 7. What it came in by listens
/// on.
class Session {
 public:
  Session() : listening_(new_socket()), client_(new_socket()) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    EXPECT_EQ(::bind(listening_.get(), any, size), 0);
    EXPECT_EQ(::listen(listening_.get(), 1), 0);
    EXPECT_EQ(::getsockname(listening_.get(), any, &size), 0);
    EXPECT_EQ(::connect(client_.get(), any, size), 0);
    server_ = UniqueFd(::accept4(listening_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    socket_.address = socket_.peer = "127.0.0.1";
    socket_.port = ntohs(address.sin_port);
    EXPECT_EQ(::getsockname(client_.get(), any, &size), 0);
    socket_.peer_port = ntohs(address.sin_port);
    struct stat info {};
    EXPECT_EQ(::fstat(server_.get(), &info), 0);
    socket_.inode = info.st_ino;
    process_ = ::fork();
    if (process_ != 0) return;
    ::alarm(60);
    char byte = 0;
    while (::read(server_.get(), &byte, 1) > 0) {
    }
    ::_exit(7);
  }
  ~Session() {
    if (process_ <= 0) return;
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
  }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  pid_t process() const { return process_; }
  int fd() const { return server_.get(); }
  const evidence::LiveSocket& socket() const { return socket_; }
  bool client_sees_the_end() const {
    char byte = 0;
    pollfd look{.fd = client_.get(), .events = POLLIN, .revents = 0};
    return ::poll(&look, 1, 0) == 1 && ::recv(client_.get(), &byte, 1, MSG_DONTWAIT) <= 0;
  }
  bool listens() const {
    int does = 0;
    socklen_t size = sizeof does;
    return ::getsockopt(listening_.get(), SOL_SOCKET, SO_ACCEPTCONN, &does, &size) == 0 && does == 1;
  }
  /// What the process ended with by itself.
  int end() {
    int status = 0;
    ::waitpid(std::exchange(process_, -1), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  UniqueFd listening_, client_, server_;
  evidence::LiveSocket socket_;
  pid_t process_ = -1;
};

TEST(Connections, R13_OneOfAnotherProcessEndsAndTheProcessGoesOn) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root";
  Session session;
  ASSERT_TRUE(shut_down(session.process(), session.fd(), session.socket()));
  EXPECT_TRUE(session.client_sees_the_end());
  EXPECT_EQ(session.end(), 7);
}

TEST(Connections, R13_TheKernelEndsItWhereItsDescriptorIsNotToBeHad) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root";
  Session session;
  if (!destroy(session.socket())) GTEST_SKIP() << "this kernel does not (CONFIG_INET_DIAG_DESTROY)";
  EXPECT_TRUE(session.client_sees_the_end());
  EXPECT_EQ(session.end(), 7);
  EXPECT_TRUE(session.listens());
}

TEST(Connections, R13_OneThatIsGoneDoesNotEndWhatListensThere) {
  const Session session;
  auto gone = session.socket();
  gone.peer = "127.0.0.2";
  EXPECT_FALSE(destroy(gone));
  EXPECT_TRUE(session.listens());
  EXPECT_FALSE(session.client_sees_the_end());
}

TEST(Connections, ADescriptorThatIsAnotherOneByNowIsLeftAlone) {
  const Session session;
  auto other = session.socket();
  ++other.inode;
  EXPECT_FALSE(end_connection(session.process(), session.fd(), other));
  EXPECT_FALSE(shut_down(session.process(), 999, session.socket()));
  other.peer = "no address";
  EXPECT_FALSE(destroy(other));
  EXPECT_FALSE(session.client_sees_the_end());
}

}  // namespace
}  // namespace rescue::recovery
