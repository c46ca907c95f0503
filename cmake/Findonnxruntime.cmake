# ONNX Runtime: ONNXRUNTIME_ROOT, else what scripts/setup.sh put under .deps/, else the system's.
# Defines onnxruntime::onnxruntime.
set(_jm_ort_roots)
if(ONNXRUNTIME_ROOT)
  list(APPEND _jm_ort_roots ${ONNXRUNTIME_ROOT})
endif()
if(DEFINED ENV{ONNXRUNTIME_ROOT})
  list(APPEND _jm_ort_roots $ENV{ONNXRUNTIME_ROOT})
endif()
list(APPEND _jm_ort_roots ${PROJECT_SOURCE_DIR}/.deps/onnxruntime)

find_path(onnxruntime_INCLUDE_DIR onnxruntime_cxx_api.h HINTS ${_jm_ort_roots}
  PATH_SUFFIXES include include/onnxruntime include/onnxruntime/core/session onnxruntime)
find_library(onnxruntime_LIBRARY onnxruntime HINTS ${_jm_ort_roots} PATH_SUFFIXES lib lib64)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(onnxruntime REQUIRED_VARS onnxruntime_LIBRARY onnxruntime_INCLUDE_DIR)
mark_as_advanced(onnxruntime_INCLUDE_DIR onnxruntime_LIBRARY)

if(onnxruntime_FOUND AND NOT TARGET onnxruntime::onnxruntime)
  add_library(onnxruntime::onnxruntime UNKNOWN IMPORTED)
  set_target_properties(onnxruntime::onnxruntime PROPERTIES
    IMPORTED_LOCATION ${onnxruntime_LIBRARY}
    INTERFACE_INCLUDE_DIRECTORIES ${onnxruntime_INCLUDE_DIR})
endif()
