# SPDX-License-Identifier: Apache-2.0
# Test programs and what CTest runs of them under which build; test/README.md
# says why.

option(ZEROTOUCH_ALL_TESTS "Run every test in sanitizer builds too" OFF)
if(ZEROTOUCH_SANITIZE MATCHES address)
  set(ZEROTOUCH_BUILD_KIND asan)
elseif(ZEROTOUCH_SANITIZE MATCHES thread)
  set(ZEROTOUCH_BUILD_KIND tsan)
else()
  set(ZEROTOUCH_BUILD_KIND dev)
endif()

# zerotouch_test_flags(TARGET)
#
# Sets the flags of the tests' own files. Sanitizers look for faults in the product's
# files, which are separate libraries. Optimising the tests' files too, and checking them
# with UBSan, takes longer than compiling the product.
function(zerotouch_test_flags target)
  if(ZEROTOUCH_SANITIZE)
    target_compile_options(${target} PRIVATE -O0)
  endif()
  if(ZEROTOUCH_BUILD_KIND STREQUAL asan)
    target_compile_options(${target} PRIVATE -fno-sanitize=undefined)
  endif()
endfunction()

# zerotouch_test_program(NAME LINKS targets... [SOURCES files...] [HEADERS set])
#
# One GoogleTest program, of the files whose tests zerotouch_gtest registered before
# for this build, and of SOURCES. There is no program where none was registered. HEADERS
# is a set of precompiled headers (precompile.cmake).
function(zerotouch_test_program name)
  cmake_parse_arguments(ARG "" "HEADERS" "SOURCES;LINKS" ${ARGN})
  get_property(tests GLOBAL PROPERTY ZEROTOUCH_TESTS_OF_${name})
  if(NOT tests)
    return()
  endif()
  list(REMOVE_DUPLICATES tests)
  add_executable(${name} ${tests} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE ${ARG_LINKS} GTest::gmock GTest::gtest_main)
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR}/test)
  zerotouch_test_flags(${name})
  if(ARG_HEADERS)
    zerotouch_precompiled(${name} ${ARG_HEADERS})
  endif()
endfunction()

# zerotouch_runs_here(VARIABLE [asan] [tsan])
#
# Sets VARIABLE to whether a test that also runs under these sanitizers runs in
# this build. Every test runs in a build without sanitizers.
function(zerotouch_runs_here variable)
  if(ZEROTOUCH_ALL_TESTS OR ZEROTOUCH_BUILD_KIND IN_LIST ARGN OR ZEROTOUCH_BUILD_KIND STREQUAL dev)
    set(${variable} TRUE PARENT_SCOPE)
  else()
    set(${variable} FALSE PARENT_SCOPE)
  endif()
endfunction()

# zerotouch_gtest(NAME PROGRAM program SOURCES files... [STORE sqlite|postgres]
#                 [UNDER asan tsan] [TIMEOUT seconds] [ENVIRONMENT NAME=VALUE...])
#
# Registers the tests of these files as one test of CTest, and adds the files to the
# program (zerotouch_test_program), if they run in this build. STORE postgres
# takes those whose name has Postgres in it, STORE sqlite the others.
function(zerotouch_gtest name)
  cmake_parse_arguments(ARG "" "PROGRAM;STORE;TIMEOUT" "SOURCES;UNDER;ENVIRONMENT" ${ARGN})
  zerotouch_runs_here(runs ${ARG_UNDER})
  if(NOT runs)
    return()
  endif()
  set(suites)
  foreach(source ${ARG_SOURCES})
    get_filename_component(source ${source} ABSOLUTE)
    set_property(GLOBAL APPEND PROPERTY ZEROTOUCH_TESTS_OF_${ARG_PROGRAM} ${source})
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${source})
    file(STRINGS ${source} lines REGEX "^(TYPED_)?TEST(_F|_P)?\\([A-Za-z0-9_]+,")
    foreach(line ${lines})
      string(REGEX REPLACE "^[A-Z_]+\\(([A-Za-z0-9_]+),.*" "\\1" suite "${line}")
      list(APPEND suites ${suite})
    endforeach()
  endforeach()
  list(REMOVE_DUPLICATES suites)
  set(filter)
  foreach(suite ${suites})
    if(NOT ARG_STORE STREQUAL postgres OR suite MATCHES Postgres)
      string(APPEND filter "${suite}.*:*/${suite}.*:")
    else()
      string(APPEND filter "${suite}.*Postgres*:*/${suite}.*Postgres*:")
    endif()
  endforeach()
  if(ARG_STORE STREQUAL sqlite)
    string(APPEND filter "-*Postgres*")
  endif()
  add_test(NAME ${name} COMMAND ${ARG_PROGRAM} --gtest_filter=${filter})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  set_tests_properties(${name} PROPERTIES TIMEOUT ${ARG_TIMEOUT} ENVIRONMENT "${ARG_ENVIRONMENT}"
                       LABELS "${ARG_UNDER}")
endfunction()
