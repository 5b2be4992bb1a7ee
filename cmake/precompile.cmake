# SPDX-License-Identifier: Apache-2.0
# The headers of libraries that most files include, compiled once and loaded by every
# file of a target (docs/decisions/0006-unity-builds.md).

# zerotouch_headers(NAME LINKS targets... HEADERS headers...)
#
# Defines the set NAME. A target that uses it must have the compile definitions of
# LINKS, and the same flags for code and language; -O1, -O2 and -O3 can share a set.
function(zerotouch_headers name)
  cmake_parse_arguments(ARG "" "" "LINKS;HEADERS" ${ARGN})
  set(source ${PROJECT_BINARY_DIR}/generated/headers_${name}.cc)
  file(CONFIGURE OUTPUT ${source} CONTENT "")
  add_library(zt_headers_${name} OBJECT EXCLUDE_FROM_ALL ${source})
  target_link_libraries(zt_headers_${name} PRIVATE ${ARG_LINKS})
  target_precompile_headers(zt_headers_${name} PRIVATE ${ARG_HEADERS})
endfunction()

# zerotouch_precompiled(TARGET NAME)
#
# Loads the set NAME first in every file of the target. g++ forgets where the
# precompiled headers turn these warnings off for themselves, and then warns falsely.
function(zerotouch_precompiled target name)
  if(ZEROTOUCH_PRECOMPILE)
    target_precompile_headers(${target} REUSE_FROM zt_headers_${name})
    target_compile_options(${target} PRIVATE
      $<$<CXX_COMPILER_ID:GNU>:-Wno-array-bounds> $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>
      $<$<CXX_COMPILER_ID:GNU>:-Wno-stringop-overflow>
      $<$<CXX_COMPILER_ID:GNU>:-Wno-stringop-overread>)
  endif()
endfunction()

set(library_headers
    <algorithm> <array> <atomic> <charconv> <chrono> <condition_variable> <cstdint> <cstdio> <cstring>
    <deque> <functional> <iterator> <limits> <map> <memory> <mutex> <optional> <set> <span>
    <string> <string_view> <thread> <unordered_map> <utility> <variant> <vector>
    <absl/status/status.h> <absl/status/statusor.h> <absl/time/clock.h> <absl/time/time.h>
    <fmt/format.h>)
set(api_headers
    <absl/container/flat_hash_map.h> <absl/container/flat_hash_set.h>
    <google/protobuf/descriptor.pb.h> <google/protobuf/empty.pb.h>
    <google/android/device/provisioning/v1/errors.pb.h>
    <google/android/device/provisioning/v1/service.pb.h>
    <google/longrunning/operations.pb.h> <google/rpc/error_details.pb.h>)

# For folders that know nothing of the API.
zerotouch_headers(library LINKS absl::statusor absl::time fmt::fmt HEADERS ${library_headers})
# For all others.
zerotouch_headers(api LINKS zt_proto absl::flat_hash_map absl::statusor absl::time fmt::fmt
                  HEADERS ${library_headers} ${api_headers})
# For tests of the API. Under ASan they have flags of their own.
if(ZEROTOUCH_TESTS)
  zerotouch_headers(test LINKS zt_proto absl::flat_hash_map absl::statusor absl::time fmt::fmt GTest::gmock
                    HEADERS ${library_headers} ${api_headers} <gmock/gmock.h> <gtest/gtest.h>)
  zerotouch_test_flags(zt_headers_test)
endif()
