# SPDX-License-Identifier: Apache-2.0
# zerotouch_embed_portal(TARGET)
#
# Embeds the portal (portal/) in the library as zerotouch::wire::EmbeddedPortal(). npm builds it
# in a copy of its folder, again only when a source has changed.
#
# ZEROTOUCH_PORTAL: AUTO leaves the portal out if npm is missing or fails (there is no network),
# and says so; ON makes that an error, for packages; OFF leaves it out.
set(ZEROTOUCH_PORTAL AUTO CACHE STRING "Build the portal: AUTO, ON or OFF")
set_property(CACHE ZEROTOUCH_PORTAL PROPERTY STRINGS AUTO ON OFF)

function(zerotouch_embed_portal target)
  set(generated ${PROJECT_BINARY_DIR}/generated/portal_files.cc)
  set(source ${PROJECT_SOURCE_DIR}/portal)
  find_program(ZEROTOUCH_NODE_PROGRAM node)
  find_program(ZEROTOUCH_NPM_PROGRAM npm)
  if(ZEROTOUCH_PORTAL STREQUAL OFF)
    message(STATUS "Portal: left out (ZEROTOUCH_PORTAL=OFF)")
  elseif(NOT EXISTS ${source}/package-lock.json OR NOT ZEROTOUCH_NODE_PROGRAM OR NOT ZEROTOUCH_NPM_PROGRAM)
    if(ZEROTOUCH_PORTAL STREQUAL ON)
      message(FATAL_ERROR "Portal: npm or portal/ is missing; install Node.js, or set "
                          "ZEROTOUCH_PORTAL=OFF")
    endif()
    message(STATUS "Portal: left out, because npm is missing; install Node.js to have it")
  else()
    set(build TRUE)
  endif()
  set_source_files_properties(${generated} PROPERTIES SKIP_UNITY_BUILD_INCLUSION TRUE)
  target_sources(${target} PRIVATE ${generated})
  set(script ${PROJECT_SOURCE_DIR}/cmake/embed_portal.mjs)
  if(NOT build)
    file(CONFIGURE OUTPUT ${generated} @ONLY CONTENT
"#include \"wire/portal/assets.h\"

namespace zerotouch::wire {

std::span<const EmbeddedFile> EmbeddedPortal() { return {}; }

}  // namespace zerotouch::wire
")
    return()
  endif()
  # Not below node_modules, which a developer may have there.
  file(GLOB files CONFIGURE_DEPENDS ${source}/*)
  foreach(entry ${files})
    if(IS_DIRECTORY ${entry})
      list(REMOVE_ITEM files ${entry})
      if(NOT entry MATCHES "/(node_modules|dist)$")
        file(GLOB_RECURSE more CONFIGURE_DEPENDS ${entry}/*)
        list(APPEND files ${more})
      endif()
    endif()
  endforeach()
  add_custom_command(
    OUTPUT ${generated}
    COMMAND ${ZEROTOUCH_NODE_PROGRAM} ${script} ${source} ${PROJECT_BINARY_DIR}/portal ${generated}
            ${ZEROTOUCH_PORTAL} ${ZEROTOUCH_NPM_PROGRAM}
    DEPENDS ${files} ${script}
    COMMENT "Building the portal"
    VERBATIM)
endfunction()
