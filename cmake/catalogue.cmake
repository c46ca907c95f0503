# A catalogue is a module whose parts all have one shape: one file, one descriptor. These two
# functions build such a module and its table.
#
#   jm_entry(<name> [PACKAGE <package> [COMPONENTS <component>...]] [LINK <target>...]
#            [SOURCES <file>...])
#     Adds <name>.cpp, which defines `<name>_<suffix>`, and SOURCES, files of this entry alone.
#     With PACKAGE, only when the package is found; JM_WITH_<NAME>=ON or OFF overrides.
#
#   jm_catalogue(<module> HEADER <h> TYPE <T> SUFFIX <suffix> FUNCTION <f> [MISSING <g>]
#                [SOURCES <file>...] [LINK <target>...] [PRIVATE_LINK <target>...])
#     Builds library jm_<module>; <f>() returns the entries in written order. HEADER is a name
#     in include/jetmeter, or a private "module/file.h". <g>() returns the entries that this build
#     left out, with the reason. SOURCES are the files of the folder that several entries share.

function(jm_entry name)
  cmake_parse_arguments(arg "" "PACKAGE" "COMPONENTS;LINK;SOURCES" ${ARGN})
  if(arg_PACKAGE)
    string(TOUPPER "JM_WITH_${name}" option)
    set(${option} AUTO CACHE STRING "Build ${name}: AUTO, ON or OFF")
    if(NOT ${option} STREQUAL OFF)
      if(arg_COMPONENTS)
        find_package(${arg_PACKAGE} QUIET COMPONENTS ${arg_COMPONENTS})
      else()
        find_package(${arg_PACKAGE} QUIET)
      endif()
    endif()
    if(${option} STREQUAL ON AND NOT ${arg_PACKAGE}_FOUND)
      message(FATAL_ERROR "${option}=ON, but ${arg_PACKAGE} was not found")
    endif()
    if(${option} STREQUAL OFF OR NOT ${arg_PACKAGE}_FOUND)
      message(STATUS "${name}: not built (${option}=${${option}}, ${arg_PACKAGE} not found)")
      set_property(DIRECTORY APPEND PROPERTY jm_skipped ${name}.cpp ${arg_SOURCES})
      if(${option} STREQUAL OFF)
        set(why "left out of this build (${option}=OFF)")
      else()
        set(why "not in this build: ${arg_PACKAGE} was not found when it was configured")
      endif()
      set_property(DIRECTORY APPEND_STRING PROPERTY jm_missing
        "      Missing{\"${name}\", \"${why}\"},\n")
      return()
    endif()
  endif()
  set_property(DIRECTORY APPEND PROPERTY jm_entries ${name})
  set_property(DIRECTORY APPEND PROPERTY jm_links ${arg_LINK})
  set_property(DIRECTORY APPEND PROPERTY jm_entry_sources ${arg_SOURCES})
endfunction()

function(jm_catalogue module)
  cmake_parse_arguments(arg "" "HEADER;TYPE;SUFFIX;FUNCTION;MISSING" "SOURCES;LINK;PRIVATE_LINK" ${ARGN})
  get_property(entries DIRECTORY PROPERTY jm_entries)
  get_property(skipped DIRECTORY PROPERTY jm_skipped)
  get_property(links DIRECTORY PROPERTY jm_links)
  get_property(entry_sources DIRECTORY PROPERTY jm_entry_sources)

  foreach(entry IN LISTS entries)
    string(APPEND declarations "extern const ${arg_TYPE} ${entry}_${arg_SUFFIX};\n")
    string(APPEND table "      &${entry}_${arg_SUFFIX},\n")
  endforeach()
  set(missing)
  if(arg_MISSING)
    get_property(left_out DIRECTORY PROPERTY jm_missing)
    set(missing "std::span<const Missing> ${arg_MISSING}() {
  static const std::vector<Missing> table{
${left_out}  };
  return table;
}
")
  endif()
  if(arg_HEADER MATCHES "/")
    set(header ${arg_HEADER})  # a private contract, "cli/subcommand.h"
  else()
    set(header jetmeter/${arg_HEADER}.h)
  endif()
  configure_file(${PROJECT_SOURCE_DIR}/cmake/catalogue.cpp.in catalogue.cpp @ONLY)

  list(TRANSFORM entries APPEND .cpp OUTPUT_VARIABLE sources)
  list(APPEND sources ${entry_sources} ${arg_SOURCES})
  add_library(jm_${module} ${sources} ${CMAKE_CURRENT_BINARY_DIR}/catalogue.cpp)
  target_include_directories(jm_${module} PUBLIC ${PROJECT_SOURCE_DIR}/include
                                          PRIVATE ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(jm_${module} PUBLIC ${arg_LINK} PRIVATE ${links} ${arg_PRIVATE_LINK})
  jm_precompile(jm_${module})

  # A file nobody lists is a file nobody builds.
  file(GLOB files RELATIVE ${CMAKE_CURRENT_SOURCE_DIR} CONFIGURE_DEPENDS *.cpp)
  list(FILTER files EXCLUDE REGEX "_test\\.cpp$")
  list(REMOVE_ITEM files ${sources} ${skipped})
  if(files)
    message(FATAL_ERROR "src/${module}: no jm_entry() and no SOURCES line for ${files}")
  endif()
endfunction()
