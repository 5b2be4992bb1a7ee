// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_SQL_H_
#define ZEROTOUCH_STORE_SQL_H_

#include <algorithm>
#include <array>
#include <cstddef>

// SQL statements that are put together at compile time.
namespace zerotouch::store {

// A piece of SQL, such as a list of columns.
template <size_t kSize>
struct SqlText {
  // NOLINTNEXTLINE(google-explicit-constructor): kSql takes string literals.
  constexpr SqlText(const char (&text)[kSize]) { std::copy_n(text, kSize, bytes); }

  char bytes[kSize] = {};
};

template <SqlText... kParts>
constexpr auto JoinSql() {
  std::array<char, (sizeof(kParts.bytes) + ... + 1) - sizeof...(kParts)> joined = {};
  char* end = joined.data();
  ((end = std::copy_n(kParts.bytes, sizeof(kParts.bytes) - 1, end)), ...);
  return joined;
}

template <SqlText... kParts>
inline constexpr auto kJoinedSql = JoinSql<kParts...>();

// The statement that the parts make, e.g. kSql<"SELECT ", kColumns, " FROM t">.
// Its address is constant, as prepared statements require.
template <SqlText... kParts>
inline constexpr const char* kSql = kJoinedSql<kParts...>.data();

}  // namespace zerotouch::store

#endif  // ZEROTOUCH_STORE_SQL_H_
