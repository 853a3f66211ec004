#include "rescue/base/broken_rule.hpp"

namespace rescue {

const char* broken_rule = nullptr;

}  // namespace rescue
