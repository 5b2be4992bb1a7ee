# zerotouch_folder(NAME LINKS targets...)
#
# Makes src/NAME the library zt_NAME from all its .cc files, and the test
# program zt_NAME_test from those named *_test.cc.
function(zerotouch_folder name)
  cmake_parse_arguments(ARG "" "" "LINKS" ${ARGN})
  set(dir ${PROJECT_SOURCE_DIR}/src/${name})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${dir}/*.cc)
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "_test\\.cc$")
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")

  if(sources)
    add_library(zt_${name} STATIC ${sources})
    target_include_directories(zt_${name} PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/src>)
    target_link_libraries(zt_${name} PUBLIC ${ARG_LINKS})
  else()
    add_library(zt_${name} INTERFACE)
    target_include_directories(zt_${name} INTERFACE ${PROJECT_SOURCE_DIR}/src)
    target_link_libraries(zt_${name} INTERFACE ${ARG_LINKS})
  endif()

  if(ZEROTOUCH_TESTS AND tests)
    zerotouch_test(zt_${name}_test SOURCES ${tests} LINKS zt_${name})
  endif()
endfunction()

# zerotouch_test(NAME SOURCES files... LINKS targets... [TIMEOUT seconds])
#
# One GoogleTest program, run by CTest as one test.
function(zerotouch_test name)
  cmake_parse_arguments(ARG "" "TIMEOUT" "SOURCES;LINKS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE ${ARG_LINKS} GTest::gmock GTest::gtest_main)
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR}/test)
  add_test(NAME ${name} COMMAND ${name})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  set_tests_properties(${name} PROPERTIES TIMEOUT ${ARG_TIMEOUT})
endfunction()
