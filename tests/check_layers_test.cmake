# The layer check itself: it must pass a good tree and name file and line of every kind of offence.
#
#   cmake -DCHECK=<check_layers.cmake> -DWORK=<folder to use> -P check_layers_test.cmake
cmake_minimum_required(VERSION 3.22)

# Puts `line` as the third line of `file` into an otherwise good tree and runs the check on it.
function(run_check file line)
  file(REMOVE_RECURSE ${WORK})
  file(WRITE ${WORK}/include/jetmeter/core.h "#include <tl/expected.hpp>\n")
  file(WRITE ${WORK}/src/cli/good.cpp "#include <CLI/CLI.hpp>\n#include \"cli/own.h\"\n")
  file(WRITE ${WORK}/${file} "// first\n// second\n${line}\n")
  execute_process(COMMAND ${CMAKE_COMMAND} -DROOT=${WORK} -P ${CHECK}
    RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
  set(status ${status} PARENT_SCOPE)
  set(output "${output}" PARENT_SCOPE)
endfunction()

function(expect_offence file line)
  run_check(${file} "${line}")
  if(status EQUAL 0 OR NOT output MATCHES "${file}:3: ")
    message(SEND_ERROR "not refused, or not named: ${line} in ${file}\n${output}")
  endif()
endfunction()

function(expect_good file line)
  run_check(${file} "${line}")
  if(NOT status EQUAL 0)
    message(SEND_ERROR "wrongly refused: ${line} in ${file}\n${output}")
  endif()
endfunction()

expect_offence(src/core/upward.cpp "#include \"jetmeter/run.h\"")
expect_offence(src/core/upward.h "  #  include <jetmeter/record.h>")
expect_offence(src/pipelines/heads/deep.cpp "#include \"jetmeter/record.h\"")
expect_offence(src/cli/peeks.cpp "#include \"run/process.h\"")
expect_offence(src/run/ships.h "#include \"support/board_copy.h\"")
expect_offence(src/run/runtime.cpp "#include <onnxruntime_cxx_api.h>")
expect_offence(src/report/pictures.cpp "#include <opencv2/core.hpp>")
expect_offence(src/run/flags.cpp "#include <CLI/CLI.hpp>")
expect_offence(include/jetmeter/leak.h "#include <nlohmann/json.hpp>")
expect_offence(include/jetmeter/private.h "#include \"core/private.h\"")

expect_good(src/core/own.cpp "#include \"jetmeter/core.h\"")
expect_good(src/core/all_test.cpp "#include \"jetmeter/run.h\"")
expect_good(src/backends/runtime.cpp "#include <onnxruntime_cxx_api.h>")
expect_good(src/run/version.cpp "#include \"jetmeter/version.h\"")

# The good tree has one type of that name.
function(run_check_of_types line)
  file(REMOVE_RECURSE ${WORK})
  file(WRITE ${WORK}/include/jetmeter/core.h "struct Range {\n};\nstruct Elsewhere;\n")
  file(WRITE ${WORK}/src/core/own.h "${line}\n")
  execute_process(COMMAND ${CMAKE_COMMAND} -DROOT=${WORK} -P ${CHECK}
    RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
  set(status ${status} PARENT_SCOPE)
  set(output "${output}" PARENT_SCOPE)
endfunction()
run_check_of_types("class Range final {")
if(status EQUAL 0 OR NOT output MATCHES "Range is defined in")
  message(SEND_ERROR "a second type of one name was not refused\n${output}")
endif()
run_check_of_types("struct Range;\nstruct Elsewhere {")
if(NOT status EQUAL 0)
  message(SEND_ERROR "a declaration was taken for a definition\n${output}")
endif()

run_check(src/unheard_of/new.cpp "")
if(status EQUAL 0)
  message(SEND_ERROR "a module without a line in the table was not refused")
endif()
file(REMOVE_RECURSE ${WORK})
