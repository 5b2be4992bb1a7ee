# zerotouch_embed_migrations(TARGET files...)
#
# Puts the SQL files, in the order given, into the library as
# zerotouch::store::sqlite::Migrations(). Reconfigures when one changes.
function(zerotouch_embed_migrations target)
  set(literals "")
  foreach(file ${ARGN})
    file(READ ${file} sql)
    string(APPEND literals "    R\"sql(${sql})sql\",\n")
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
  endforeach()
  set(generated ${PROJECT_BINARY_DIR}/generated/sqlite_migrations.cc)
  file(CONFIGURE OUTPUT ${generated} @ONLY CONTENT
"#include \"store/sqlite/schema.h\"

namespace zerotouch::store::sqlite {

std::span<const char* const> Migrations() {
  static constexpr const char* kMigrations[] = {
@literals@  };
  return kMigrations;
}

}  // namespace zerotouch::store::sqlite
")
  target_sources(${target} PRIVATE ${generated})
endfunction()
