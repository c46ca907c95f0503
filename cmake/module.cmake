# A module is a folder of src/ and the library jm_<folder>. Every .cpp in the folder belongs to it:
# a file in the tree is a file in the build. *_test.cpp become the program jm_<folder>_test, and
# every test in it is known to CTest.
#
#   jm_module(<name> [LINK <target>...] [PRIVATE_LINK <target>...])
#   jm_module_tests(<name> [LINK <target>...])

function(jm_module name)
  cmake_parse_arguments(arg "" "" "LINK;PRIVATE_LINK" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS *.cpp)
  list(FILTER sources EXCLUDE REGEX "_test\\.cpp$")
  add_library(jm_${name} ${sources})
  target_include_directories(jm_${name} PUBLIC ${PROJECT_SOURCE_DIR}/include
                                        PRIVATE ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(jm_${name} PUBLIC ${arg_LINK} PRIVATE ${arg_PRIVATE_LINK})
  jm_precompile(jm_${name})
endfunction()

function(jm_module_tests name)
  if(NOT JM_TESTS)
    return()
  endif()
  cmake_parse_arguments(arg "" "" "LINK" ${ARGN})
  file(GLOB tests CONFIGURE_DEPENDS *_test.cpp)
  if(NOT tests)
    return()
  endif()
  add_executable(jm_${name}_test ${tests})
  target_include_directories(jm_${name}_test PRIVATE ${PROJECT_SOURCE_DIR}/src
                                                     ${PROJECT_SOURCE_DIR}/tests)
  target_link_libraries(jm_${name}_test PRIVATE jm_${name} ${arg_LINK} GTest::gmock_main)
  target_compile_definitions(jm_${name}_test PRIVATE JM_TESTS_DIR="${PROJECT_SOURCE_DIR}/tests"
    JM_DEFAULT_DATA="${PROJECT_SOURCE_DIR}/../shared/data")
  jm_precompile(jm_${name}_test TESTS)
  gtest_discover_tests(jm_${name}_test TEST_PREFIX ${name}. NO_PRETTY_VALUES
    PROPERTIES TIMEOUT 120)
endfunction()
