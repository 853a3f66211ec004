#include "rescue/base/failpoint.hpp"

namespace rescue {

bool (*failpoint_hook)(const char* name) = nullptr;

}  // namespace rescue
