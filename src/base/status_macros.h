// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_BASE_STATUS_MACROS_H_
#define ZEROTOUCH_BASE_STATUS_MACROS_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

// Returns from the enclosing function if `expression` is an error status.
#define ZT_RETURN_IF_ERROR(expression)                            \
  do {                                                            \
    if (absl::Status zt_status = (expression); !zt_status.ok()) { \
      return zt_status;                                           \
    }                                                             \
  } while (false)

#define ZT_CONCAT_INNER(a, b) a##b
#define ZT_CONCAT(a, b) ZT_CONCAT_INNER(a, b)

// ZT_ASSIGN_OR_RETURN(auto x, StatusOrExpression): declares or assigns x, or
// returns the error from the enclosing function.
#define ZT_ASSIGN_OR_RETURN(lhs, expression) \
  ZT_ASSIGN_OR_RETURN_INNER(ZT_CONCAT(zt_statusor_, __LINE__), lhs, expression)
#define ZT_ASSIGN_OR_RETURN_INNER(statusor, lhs, expression) \
  auto statusor = (expression);                              \
  if (!statusor.ok()) {                                      \
    return std::move(statusor).status();                     \
  }                                                          \
  lhs = *std::move(statusor)

#endif  // ZEROTOUCH_BASE_STATUS_MACROS_H_
