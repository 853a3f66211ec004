#include "rescue/seal/privacy.hpp"

#include <sys/prctl.h>
#include <sys/resource.h>

#include <cerrno>
#include <cstring>

namespace rescue::seal {

Status keep_memory_private() {
  const rlimit none{0, 0};
  if (::setrlimit(RLIMIT_CORE, &none) != 0 || ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) {
    return fail(ErrorCode::kInternal, "internal-error",
                std::string("the process cannot be kept out of core dumps: ") + std::strerror(errno));
  }
  return {};
}

}  // namespace rescue::seal
