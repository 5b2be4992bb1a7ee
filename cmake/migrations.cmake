# SPDX-License-Identifier: Apache-2.0
# zerotouch_embed_migrations(TARGET STORE)
#
# Embeds src/store/migrations/STORE_*.sql, in order of their names, in the library
# as zerotouch::store::STORE::Migrations(). Reconfigures when a file changes.
function(zerotouch_embed_migrations target store)
  file(GLOB files CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/store/migrations/${store}_*.sql)
  set(literals "")
  foreach(file ${files})
    file(READ ${file} sql)
    string(APPEND literals "    R\"sql(${sql})sql\",\n")
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
  endforeach()
  set(generated ${PROJECT_BINARY_DIR}/generated/${store}_migrations.cc)
  file(CONFIGURE OUTPUT ${generated} @ONLY CONTENT
"#include \"store/@store@/schema.h\"

namespace zerotouch::store::@store@ {

std::span<const char* const> Migrations() {
  static constexpr const char* kMigrations[] = {
@literals@  };
  return kMigrations;
}

}  // namespace zerotouch::store::@store@
")
  target_sources(${target} PRIVATE ${generated})
endfunction()
