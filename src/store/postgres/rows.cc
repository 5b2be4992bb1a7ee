// SPDX-License-Identifier: Apache-2.0
#include "store/postgres/rows.h"

#include <cstdlib>

namespace zerotouch::store::postgres {

int64_t Rows::affected() const {
  const char* text = PQcmdTuples(result_.get());
  return *text == '\0' ? 0 : std::strtoll(text, nullptr, 10);
}

int64_t Rows::IntAt(int row, int column) const {
  const std::string_view bytes = BytesAt(row, column);
  if (bytes.empty()) return 0;
  // NOLINTNEXTLINE(bugprone-signed-char-misuse): the first byte has the sign.
  int64_t value = static_cast<signed char>(bytes[0]);
  for (const char byte : bytes.substr(1)) {
    value = static_cast<int64_t>(static_cast<uint64_t>(value) << 8 | static_cast<uint8_t>(byte));
  }
  return value;
}

std::string_view Rows::BytesAt(int row, int column) const {
  return {PQgetvalue(result_.get(), row, column),
          static_cast<size_t>(PQgetlength(result_.get(), row, column))};
}

}  // namespace zerotouch::store::postgres
