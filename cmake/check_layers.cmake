# Fails, naming file and line, where a file includes a header that it may not know.
#
#   cmake [-DROOT=<tree>] -P cmake/check_layers.cmake
#
# Dependencies point down. Test files (*_test.cpp, *_test.h, test_*.h) may include what they like.
cmake_minimum_required(VERSION 3.22)

# Left: folder under src/. Right: public headers that it may include.
set(core      core tensor detection machine)
set(stats     core stats)
set(accuracy  core detection accuracy)
set(record    core tensor detection stats accuracy machine record)
set(backends  core tensor backend)
set(frames    core detection frames)
set(pipelines core tensor detection backend frames pipeline)
set(graph     core tensor graph graph_builder)
set(zoo       core tensor detection graph graph_builder zoo)
set(telemetry core stats machine power_modes clock_states device telemetry tegrastats recording
              processes sampler thermal_zones thermal_limits group_limits)
set(memory    core machine telemetry tegrastats processes sampler memory memory_limit swap
              worker_memory)
set(doctor    core tensor stats machine power_modes clock_states device backend telemetry processes
              thermal_zones thermal_limits group_limits memory doctor)
set(model     core tensor model)
set(cost      core tensor graph model cost)
set(inspect   core tensor graph model inspect)
set(convert   core tensor graph graph_builder model cost backend convert)
set(quantize  core tensor detection graph graph_builder model cost backend frames pipeline inputs verify quantize)
set(verify    core tensor graph model cost backend inputs verify)
set(predict   core tensor graph graph_builder model cost machine power_modes device backend zoo stats predict)
set(monitor   core machine telemetry recording processes sampler thermal_zones memory record monitor)
set(load      core stats load)
set(inputs    core tensor inputs)
set(history   core tensor detection stats accuracy machine record history)
set(compare   core tensor detection stats accuracy machine record compare)
set(sweep     core sweep)
set(report    core tensor detection stats accuracy machine record report)
set(run       core tensor detection stats accuracy machine record backend frames pipeline zoo
              telemetry tegrastats recording processes sampler thermal_zones thermal_limits group_limits device memory
              memory_limit worker_memory model graph cost
              load inputs report run version)
set(cli       ${run} doctor monitor history compare sweep graph_builder inspect convert quantize verify predict)
set(modules core stats accuracy record backends frames pipelines graph zoo telemetry memory model cost doctor monitor
        load inputs inspect verify convert quantize predict history compare sweep report run cli)

# Left: how a third party's header begins. Right: the modules that may know that third party.
set(third_parties "onnxruntime_" "core/providers/" "NvInfer" "opencv2/" "CLI/" "sqlite3" "libpq" "zip.h")
set("users_of_onnxruntime_" backends)
set("users_of_core/providers/" backends)
set("users_of_NvInfer" backends)
set("users_of_opencv2/" backends frames inputs pipelines run)
set("users_of_CLI/" cli)
set("users_of_sqlite3" history)
set("users_of_libpq" history)
set("users_of_zip.h" inputs inspect)

if(NOT ROOT)
  get_filename_component(ROOT ${CMAKE_CURRENT_LIST_DIR}/.. ABSOLUTE)
endif()

# Reports `include_line` of the file under check, with its number.
function(complain include_line reason)
  file(READ ${ROOT}/${file} text)
  string(FIND "${text}" "${include_line}" position)
  string(SUBSTRING "${text}" 0 ${position} before)
  string(REGEX MATCHALL "\n" newlines "${before}")
  list(LENGTH newlines number)
  math(EXPR number "${number} + 1")
  message(SEND_ERROR "${file}:${number}: ${include_line}\n${reason}")
endfunction()

function(check_source include_line header)
  if(header MATCHES "^jetmeter/([a-z_]+)\\.h$")
    if(NOT CMAKE_MATCH_1 IN_LIST ${module})
      complain("${include_line}" "src/${module} may not include ${header}")
    endif()
    return()
  endif()
  foreach(third_party IN LISTS third_parties)
    string(FIND "${header}" "${third_party}" at)
    if(at EQUAL 0 AND NOT module IN_LIST "users_of_${third_party}")
      complain("${include_line}" "only ${users_of_${third_party}} may include ${third_party}*")
    endif()
  endforeach()
  if(header MATCHES "^support/")
    complain("${include_line}" "tests/support is for tests")
  elseif(header MATCHES "^([a-z_]+)/" AND CMAKE_MATCH_1 IN_LIST modules
         AND NOT CMAKE_MATCH_1 STREQUAL module AND include_line MATCHES "\"")
    complain("${include_line}" "that header is private to src/${CMAKE_MATCH_1}")
  endif()
endfunction()

# The contracts know the standard library, each other, and tl::expected.
function(check_contract include_line header)
  if(NOT header MATCHES "^[a-z_0-9]+$" AND NOT header MATCHES "^jetmeter/[a-z_]+\\.h$"
     AND NOT header STREQUAL "tl/expected.hpp")
    complain("${include_line}" "a public header includes only standard headers, jetmeter/ and tl/expected.hpp")
  endif()
endfunction()

function(check_file checker)
  file(STRINGS ${ROOT}/${file} lines REGEX "^[ \t]*#[ \t]*include[ \t]*[<\"]")
  foreach(include_line IN LISTS lines)
    string(REGEX REPLACE "^[^<\"]*[<\"]([^>\"]*)[>\"].*$" "\\1" header "${include_line}")
    cmake_language(CALL ${checker} "${include_line}" "${header}")
  endforeach()
endfunction()

file(GLOB_RECURSE sources RELATIVE ${ROOT} ${ROOT}/src/*.cpp ${ROOT}/src/*.h)
foreach(file IN LISTS sources)
  string(REGEX REPLACE "^src/([^/]+)/.*$" "\\1" module ${file})
  if(NOT module IN_LIST modules)
    message(SEND_ERROR "${file}: src/${module} has no line in cmake/check_layers.cmake")
  elseif(NOT file MATCHES "_test\\.(cpp|h)$|/test_[a-z_]+\\.h$")
    check_file(check_source)
  endif()
endforeach()

file(GLOB_RECURSE contracts RELATIVE ${ROOT} ${ROOT}/include/*.h)
foreach(file IN LISTS contracts)
  check_file(check_contract)
endforeach()

# Two types of one name in one program: the linker keeps one constructor for both, without a word.
foreach(file IN LISTS sources contracts)
  if(NOT file MATCHES "\\.h$")
    continue()
  endif()
  file(STRINGS ${ROOT}/${file} lines REGEX "^(struct|class|enum class|enum) [A-Za-z_0-9]+[^;]*$")
  foreach(line IN LISTS lines)
    string(REGEX REPLACE "^(struct|class|enum class|enum) ([A-Za-z_0-9]+).*$" "\\2" type "${line}")
    if(DEFINED defines_${type} AND NOT defines_${type} STREQUAL file)
      message(SEND_ERROR "${file}: ${type} is defined in ${defines_${type}} too; give it another name")
    endif()
    set(defines_${type} ${file})
  endforeach()
endforeach()

list(LENGTH sources source_count)
list(LENGTH contracts contract_count)
if(source_count EQUAL 0 AND contract_count EQUAL 0)
  message(SEND_ERROR "no source file under ${ROOT}")
endif()
message(STATUS "layers: ${source_count} sources and ${contract_count} contracts were checked")
