# SPDX-License-Identifier: Apache-2.0
# Compiler flags, sanitizers, linker and compiler cache.

add_compile_options(-Wall -Wextra -Wno-missing-field-initializers -Wshadow -Wnon-virtual-dtor -Werror -fno-omit-frame-pointer)

if(ZEROTOUCH_SANITIZE)
  add_compile_options(-fsanitize=${ZEROTOUCH_SANITIZE} -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${ZEROTOUCH_SANITIZE})
  if(ZEROTOUCH_SANITIZE MATCHES thread)
    # g++ warns that it cannot model atomic_thread_fence, which Asio uses.
    add_compile_options($<$<CXX_COMPILER_ID:GNU>:-Wno-tsan>)
    # The macro changes the layout of map fields in protobuf's headers
    # (map_field.h), but the packaged library was built without it.
    add_compile_options(-U__SANITIZE_THREAD__)
  endif()
  # clang 14 cannot check the types of functions that are coroutines.
  add_compile_options($<$<CXX_COMPILER_ID:Clang>:-fno-sanitize=function>)
  # Under a sanitizer g++ 12 raises false maybe-uninitialized warnings.
  add_compile_options($<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
endif()

# With a base folder, checkouts share compiled files.
find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${PROJECT_SOURCE_DIR}
      CCACHE_NOHASHDIR=true CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE_PROGRAM})
endif()

# Nearly all compile time is spent on the headers of libraries, so several files
# are compiled together (docs/decisions/0006-unity-builds.md).
# -DZEROTOUCH_UNITY=OFF compiles each file separately, which finds missing includes.
option(ZEROTOUCH_UNITY "Compile several files at once" ON)
set(CMAKE_UNITY_BUILD ${ZEROTOUCH_UNITY})
set(CMAKE_UNITY_BUILD_BATCH_SIZE 10)
if(ZEROTOUCH_UNITY)
  # g++ warns about the frame of a coroutine outside of the main file.
  add_compile_options($<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>)
endif()
# Precompiled headers come first in every file, so they hide a missing include too.
option(ZEROTOUCH_PRECOMPILE "Precompile the headers of libraries" ${ZEROTOUCH_UNITY})
# clang writes the time into what it precompiles unless told not to, which ccache would see.
add_compile_options("$<$<CXX_COMPILER_ID:Clang>:SHELL:-Xclang -fno-pch-timestamp>")

find_program(MOLD_PROGRAM mold)
if(MOLD_PROGRAM)
  add_link_options(-fuse-ld=mold)
endif()
