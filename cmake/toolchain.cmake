# Compiler flags, sanitizers, linker and compiler cache.

add_compile_options(-Wall -Wextra -Wno-missing-field-initializers -Wshadow -Wnon-virtual-dtor -Werror -fno-omit-frame-pointer)

if(ZEROTOUCH_SANITIZE)
  add_compile_options(-fsanitize=${ZEROTOUCH_SANITIZE} -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${ZEROTOUCH_SANITIZE})
  if(ZEROTOUCH_SANITIZE MATCHES thread)
    # Asio uses atomic_thread_fence, which g++ only warns that it cannot model.
    add_compile_options($<$<CXX_COMPILER_ID:GNU>:-Wno-tsan>)
    # With this macro protobuf's headers lay map fields out in another way than
    # the packaged library, which was built without it (map_field.h).
    add_compile_options(-U__SANITIZE_THREAD__)
  endif()
  # Under a sanitizer g++ 12 raises false maybe-uninitialized warnings.
  add_compile_options($<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
endif()

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
endif()

find_program(MOLD_PROGRAM mold)
if(MOLD_PROGRAM)
  add_link_options(-fuse-ld=mold)
endif()
