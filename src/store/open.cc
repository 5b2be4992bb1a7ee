
#include <fmt/format.h>

#include "store/postgres/store.h"
#include "store/sqlite/store.h"
#include "store/store.h"

namespace zerotouch::store {

absl::StatusOr<std::unique_ptr<Store>> Open(const std::string& url, const Clock& clock, Role role) {
  std::string_view path = url;
  if (path.starts_with("sqlite:")) {
    path.remove_prefix(std::string_view("sqlite:").size());
    if (path.starts_with("//")) path.remove_prefix(2);
    if (!path.empty()) return sqlite::OpenFile(std::string(path), clock, role);
  }
  if (path.starts_with("postgresql://") || path.starts_with("postgres://")) {
    return postgres::OpenDatabase(url, clock);
  }
  return absl::InvalidArgumentError(fmt::format(
      "the database \"{}:…\" is not one this program can use; write sqlite:///path/to/registry.db "
      "or postgresql://user@host/database",
      url.substr(0, url.find(':'))));
}

}  // namespace zerotouch::store
