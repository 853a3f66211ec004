# The few functions every library and service is declared with.
find_package(Threads REQUIRED)
find_package(GTest REQUIRED)
include(GoogleTest)

option(RESCUE_PCH "Precompile the heavy headers (off for clang-tidy)" ON)
set(RESCUE_SANITIZE "" CACHE STRING "Sanitizers to build with, e.g. address,undefined")
option(RESCUE_COVERAGE "Count executed lines (gcov)" OFF)
option(RESCUE_FUZZ "Build the fuzzers of tests/fuzz: by clang, which warns about other things than g++, for which the code is written" OFF)

# The compiler's cache, where there is one. The sloppiness lets it work with precompiled headers.
find_program(RESCUE_CCACHE ccache)
if(RESCUE_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env
      CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
      CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} ${RESCUE_CCACHE})
endif()

add_library(rescue_warnings INTERFACE)
if(NOT RESCUE_FUZZ)
  target_compile_options(rescue_warnings INTERFACE -Wall -Wextra -Wconversion -Werror)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # g++ 12 sees overlaps and unset members inside std::string and std::optional (GCC bugs 105329, 105651, 105562): shown, not fatal.
  target_compile_options(rescue_warnings INTERFACE
    -Wno-error=restrict -Wno-error=array-bounds -Wno-error=maybe-uninitialized -Wno-error=stringop-overflow -Wno-error=stringop-overread)
endif()

if(RESCUE_SANITIZE)
  add_compile_options(-fsanitize=${RESCUE_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${RESCUE_SANITIZE})
  if(RESCUE_SANITIZE MATCHES "thread")
    # g++ 12: TSan does not model atomic_thread_fence; the warning is about std headers, not our code.
    add_compile_options(-Wno-tsan)
  endif()
endif()
if(RESCUE_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link) # beside RESCUE_SANITIZE
else()
  set(RESCUE_PCH_OPTIONS -fpch-preprocess) # g++: for ccache
endif()
if(RESCUE_COVERAGE)
  add_compile_options(--coverage -fprofile-update=atomic)
  add_link_options(--coverage)
endif()

if(RESCUE_PCH)
  file(WRITE ${CMAKE_BINARY_DIR}/pch_main.cpp "")
  add_library(rescue_pch OBJECT ${CMAKE_BINARY_DIR}/pch_main.cpp)
  target_precompile_headers(rescue_pch PRIVATE
    <algorithm> <chrono> <cstdint> <functional> <map> <memory> <mutex> <optional> <set>
    <string> <string_view> <thread> <unordered_map> <variant> <vector>
    <nlohmann/json.hpp> <tl/expected.hpp>)
  if(NOT RESCUE_FUZZ)
    target_compile_options(rescue_pch PRIVATE -Wall -Wextra -Wconversion -Werror ${RESCUE_PCH_OPTIONS})
  endif()
endif()

function(rescue_compile target)
  target_link_libraries(${target} PRIVATE rescue_warnings Threads::Threads)
  if(RESCUE_PCH)
    target_compile_options(${target} PRIVATE ${RESCUE_PCH_OPTIONS})
    target_precompile_headers(${target} REUSE_FROM rescue_pch)
  endif()
endfunction()

# rescue_library(<name> SOURCES … TESTS … DEPS … PRIVATE_DEPS … TEST_DEPS …)
# Declares libs/<name> as rescue_<name> (alias rescue::<name>) and its test program <name>_test.
# DEPS are what its public headers name; PRIVATE_DEPS only its sources.
function(rescue_library name)
  cmake_parse_arguments(arg "" "" "SOURCES;TESTS;DEPS;PRIVATE_DEPS;TEST_DEPS" ${ARGN})
  add_library(rescue_${name} STATIC ${arg_SOURCES})
  add_library(rescue::${name} ALIAS rescue_${name})
  target_include_directories(rescue_${name} PUBLIC include PRIVATE src)
  target_link_libraries(rescue_${name} PUBLIC ${arg_DEPS} PRIVATE ${arg_PRIVATE_DEPS})
  rescue_compile(rescue_${name})
  if(arg_TESTS)
    rescue_test(${name}_test SOURCES ${arg_TESTS} DEPS rescue::${name} ${arg_PRIVATE_DEPS} ${arg_TEST_DEPS})
    target_include_directories(${name}_test PRIVATE src)
  endif()
endfunction()

# rescue_test(<name> SOURCES … DEPS …): one GoogleTest program, each case known to ctest.
function(rescue_test name)
  cmake_parse_arguments(arg "" "" "SOURCES;DEPS" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE ${arg_DEPS} GTest::gtest_main GTest::gmock)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  target_compile_definitions(${name} PRIVATE
    RESCUE_SOURCE_DIR="${CMAKE_SOURCE_DIR}" RESCUE_BINARY_DIR="${CMAKE_BINARY_DIR}")
  rescue_compile(${name})
  # A test's own code is run once: it is compiled in three quarters of the time.
  target_compile_options(${name} PRIVATE $<$<CONFIG:RelWithDebInfo>:-O1>)
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES TIMEOUT 600)
endfunction()

# rescue_service(<name> SOURCES … TESTS … DEPS …)
# A service's code as rescue_<name>_app (so that tests link it) and its program rescue-<name> from main.cpp.
function(rescue_service name)
  cmake_parse_arguments(arg "" "" "SOURCES;TESTS;DEPS" ${ARGN})
  add_library(rescue_${name}_app STATIC ${arg_SOURCES})
  target_include_directories(rescue_${name}_app PUBLIC ${CMAKE_CURRENT_SOURCE_DIR})
  target_link_libraries(rescue_${name}_app PUBLIC ${arg_DEPS})
  rescue_compile(rescue_${name}_app)
  add_executable(rescue-${name} main.cpp)
  target_link_libraries(rescue-${name} PRIVATE rescue_${name}_app)
  rescue_compile(rescue-${name})
  if(arg_TESTS)
    rescue_test(${name}_service_test SOURCES ${arg_TESTS} DEPS rescue_${name}_app)
  endif()
endfunction()

# rescue_debug_apart(<program>)
# For a program that is sent to servers: its debug data goes into <program>.debug beside it, where a debugger finds it by itself.
function(rescue_debug_apart program)
  add_custom_command(TARGET ${program} POST_BUILD
    COMMAND ${CMAKE_OBJCOPY} --only-keep-debug --compress-debug-sections ${program} ${program}.debug
    COMMAND ${CMAKE_OBJCOPY} --strip-all --add-gnu-debuglink=${program}.debug ${program}
    WORKING_DIRECTORY ${CMAKE_RUNTIME_OUTPUT_DIRECTORY} BYPRODUCTS ${CMAKE_RUNTIME_OUTPUT_DIRECTORY}/${program}.debug VERBATIM)
endfunction()

# rescue_embed(<target> <symbol> FILES …)
# Compiles files into <target>: `extern const std::span<const rescue::EmbeddedFile> <symbol>` (rescue/base/embedded.hpp),
# sorted by name as given. For migrations, rules, templates.
function(rescue_embed target symbol)
  cmake_parse_arguments(arg "" "" "FILES" ${ARGN})
  set(out ${CMAKE_CURRENT_BINARY_DIR}/embedded_${symbol}.cpp)
  list(TRANSFORM arg_FILES PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/ OUTPUT_VARIABLE paths)
  add_custom_command(OUTPUT ${out}
    COMMAND ${CMAKE_COMMAND} -DOUT=${out} -DSYMBOL=${symbol} "-DFILES=${arg_FILES}" -DDIR=${CMAKE_CURRENT_SOURCE_DIR}
            -P ${CMAKE_SOURCE_DIR}/cmake/embed.cmake
    DEPENDS ${paths} ${CMAKE_SOURCE_DIR}/cmake/embed.cmake VERBATIM)
  target_sources(${target} PRIVATE ${out})
endfunction()
