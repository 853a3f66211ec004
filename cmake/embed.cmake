# Writes FILES (relative to DIR) as C++ byte arrays and one span of them named SYMBOL.
set(arrays "")
set(table "")
set(n 0)
foreach(file IN LISTS FILES)
  file(READ ${DIR}/${file} hex HEX)
  string(LENGTH "${hex}" digits)
  math(EXPR size "${digits} / 2")
  string(REGEX REPLACE "(..)" "'\\\\x\\1'," bytes "${hex}")
  string(APPEND arrays "const char file_${n}[] = {${bytes}'\\0'};\n")
  string(APPEND table "    {\"${file}\", std::string_view(file_${n}, ${size})},\n")
  math(EXPR n "${n} + 1")
endforeach()
file(WRITE ${OUT} "// Generated from the files it names.
#include <span>
#include \"rescue/base/embedded.hpp\"
namespace {
${arrays}const rescue::EmbeddedFile table[] = {
${table}};
}  // namespace
extern const std::span<const rescue::EmbeddedFile> ${SYMBOL};
const std::span<const rescue::EmbeddedFile> ${SYMBOL}{table};
")
