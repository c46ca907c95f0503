# JM_PRECOMPILE=ON reads the headers that everybody includes once, and not in each of 800 files. Only
# `make test` asks for it. A file that lacks an #include of one of them compiles here and nowhere
# else; the other builds (release, asan, tsan) and the linter find it.
#
# Few and cheap ones: with g++ 12, nlohmann/json.hpp among them doubles what a small file takes (0.7 s
# to 1.5 s; without any 1.5 s), CLI11 makes it 4.6 s.
#
#   jm_precompile(<target>)        a library of a module
#   jm_precompile(<target> TESTS)  a program of GoogleTest

option(JM_PRECOMPILE "Precompile the headers that most files include" OFF)

# What fmt's headers are compiled with must be the same for all that share them.
function(_jm_share_flags target)
  target_compile_definitions(${target}
    PRIVATE $<TARGET_PROPERTY:fmt::fmt,INTERFACE_COMPILE_DEFINITIONS>)
endfunction()

# Holds the precompiled headers and nothing else.
function(_jm_precompiled owner)
  file(CONFIGURE OUTPUT ${owner}.cpp CONTENT "// Only the headers matter.\n")
  add_library(${owner} OBJECT ${CMAKE_CURRENT_BINARY_DIR}/${owner}.cpp)
  target_precompile_headers(${owner} PRIVATE ${ARGN}
    <algorithm> <array> <chrono> <cmath> <cstdint> <cstring> <filesystem> <fstream> <functional>
    <limits> <map> <memory> <numeric> <optional> <random> <set> <span> <sstream> <string>
    <string_view> <unordered_map> <variant> <vector> <fmt/format.h> <tl/expected.hpp>)
  _jm_share_flags(${owner})
endfunction()

if(JM_PRECOMPILE)
  _jm_precompiled(jm_headers)
  if(JM_TESTS)
    _jm_precompiled(jm_test_headers <gmock/gmock.h> <gtest/gtest.h>)
    target_link_libraries(jm_test_headers PRIVATE GTest::gmock)
  endif()
endif()

function(jm_precompile target)
  cmake_parse_arguments(arg "TESTS" "" "" ${ARGN})
  if(NOT JM_PRECOMPILE)
    return()
  endif()
  _jm_share_flags(${target})
  if(arg_TESTS)
    target_precompile_headers(${target} REUSE_FROM jm_test_headers)
  else()
    target_precompile_headers(${target} REUSE_FROM jm_headers)
  endif()
endfunction()
