# SPDX-License-Identifier: Apache-2.0
# zerotouch_folder(NAME HEADERS set LINKS targets...)
#
# Adds the library zt_NAME with the .cc files of src/NAME, and loads a set of precompiled
# headers (precompile.cmake) in each. Collects its *_test.cc files for the
# test programs (test/CMakeLists.txt) in the property ZEROTOUCH_UNIT_TESTS_NAME.
function(zerotouch_folder name)
  cmake_parse_arguments(ARG "" "HEADERS" "LINKS" ${ARGN})
  set(dir ${PROJECT_SOURCE_DIR}/src/${name})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${dir}/*.cc)
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "_test\\.cc$")
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")
  add_library(zt_${name} STATIC ${sources})
  target_include_directories(zt_${name} PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/src>)
  target_link_libraries(zt_${name} PUBLIC ${ARG_LINKS})
  zerotouch_precompiled(zt_${name} ${ARG_HEADERS})
  set_property(GLOBAL PROPERTY ZEROTOUCH_UNIT_TESTS_${name} ${tests})
endfunction()
