// A filter of system calls (seccomp(2)), as the kernel's classic BPF; a library for it would be one more
// thing to trust.
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <fcntl.h>
#include <cerrno>
#include <cstddef>
#include <cstring>

#include "sandbox.hpp"

namespace rescue::probe {
namespace {

#if defined(__x86_64__)

/// What reading, computing and threads take; the frequent ones first, because the filter is gone through in
/// order.
constexpr int kAllowed[] = {SYS_read,
                            SYS_pread64,
                            SYS_close,
                            SYS_fstat,
                            SYS_newfstatat,
                            SYS_lseek,
                            SYS_getdents64,
                            SYS_futex,
                            SYS_gettid,
                            SYS_madvise,
                            SYS_munmap,
                            SYS_mremap,
                            SYS_brk,
                            SYS_readlinkat,
                            SYS_fgetxattr,
                            SYS_fcntl,
                            SYS_write,
                            SYS_writev,
                            SYS_clock_gettime,
                            SYS_gettimeofday,
                            SYS_time,
                            SYS_clock_nanosleep,
                            SYS_nanosleep,
                            SYS_sched_yield,
                            SYS_sched_getaffinity,
                            SYS_getrandom,
                            SYS_getrusage,
                            SYS_sysinfo,
                            SYS_uname,
                            SYS_getpid,
                            SYS_rt_sigaction,
                            SYS_rt_sigprocmask,
                            SYS_rt_sigreturn,
                            SYS_sigaltstack,
                            SYS_tgkill,
                            SYS_set_robust_list,
                            SYS_rseq,
                            SYS_restart_syscall,
                            SYS_exit,
                            SYS_exit_group};

/// Calls that are allowed where none of these bits of the argument is set.
struct Conditional {
  int call;
  unsigned argument;
  std::uint32_t forbidden;
};
constexpr Conditional kConditional[] = {
    {SYS_mmap, 2, PROT_EXEC},
    {SYS_mprotect, 2, PROT_EXEC},
    {SYS_openat, 2, O_WRONLY | O_RDWR | O_CREAT | O_TRUNC},
    {SYS_clone, 0, CLONE_NEWNS | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS},
};

sock_filter statement(unsigned code, std::uint32_t value) {
  return {static_cast<std::uint16_t>(code), 0, 0, value};
}
sock_filter jump(unsigned code, std::uint32_t value, std::uint8_t if_true, std::uint8_t if_false) {
  return {static_cast<std::uint16_t>(code), if_true, if_false, value};
}
sock_filter load(std::size_t offset) {
  return statement(BPF_LD | BPF_W | BPF_ABS, static_cast<std::uint32_t>(offset));
}
sock_filter answer(std::uint32_t what) {
  return statement(BPF_RET | BPF_K, what);
}

std::vector<sock_filter> program(bool openat2_is_watched) {
  constexpr unsigned kEquals = BPF_JMP | BPF_JEQ | BPF_K, kAnyBit = BPF_JMP | BPF_JSET | BPF_K;
  const auto number = load(offsetof(seccomp_data, nr));
  const auto refuse = answer(SECCOMP_RET_ERRNO | EPERM);
  std::vector<sock_filter> code = {load(offsetof(seccomp_data, arch)), jump(kEquals, AUDIT_ARCH_X86_64, 1, 0),
                                   answer(SECCOMP_RET_KILL_PROCESS), number};
  const auto always = [&](long call, std::uint32_t what) {
    code.push_back(jump(kEquals, static_cast<std::uint32_t>(call), 0, 1));
    code.push_back(answer(what));
  };
  if (openat2_is_watched) always(SYS_openat2, SECCOMP_RET_ALLOW);
  for (const auto call : kAllowed) always(call, SECCOMP_RET_ALLOW);
  for (const auto& [call, argument, forbidden] : kConditional) {
    code.push_back(jump(kEquals, static_cast<std::uint32_t>(call), 0, 4));
    code.push_back(load(offsetof(seccomp_data, args) + argument * sizeof(std::uint64_t)));  // its lower half
    code.push_back(jump(kAnyBit, forbidden, 1, 0));
    code.push_back(answer(SECCOMP_RET_ALLOW));
    code.push_back(refuse);
  }
  // Its flags lie in memory, which a filter cannot see. Threads are made by clone where it does not exist.
  always(SYS_clone3, SECCOMP_RET_ERRNO | ENOSYS);
  code.push_back(refuse);
  return code;
}

int install(bool openat2_is_watched) {
  auto code = program(openat2_is_watched);
  const sock_fprog filter{static_cast<unsigned short>(code.size()), code.data()};
  return ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0 ? 0 : errno;
}

#else
int install(bool) {
  return ENOSYS;
}
#endif

}  // namespace

SandboxLevel confine_system_calls(bool openat2_is_watched) {
  if (const int error = install(openat2_is_watched); error != 0)
    return {"seccomp", false,
            std::string("the kernel refused a filter of system calls: ") + ::strerror(error)};
  return {"seccomp", true,
          openat2_is_watched
              ? "no socket, no new program, no file removed or renamed; that none is opened for writing "
                "is Landlock's part"
              : "no socket, no new program, no file removed, renamed or opened for writing; openat2 is "
                "refused, files are opened component by component"};
}

}  // namespace rescue::probe
