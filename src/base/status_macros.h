// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_BASE_STATUS_MACROS_H_
#define ZEROTOUCH_BASE_STATUS_MACROS_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/status_text.h"

// ZT_RETURN_IF_ERROR(status): returns from the enclosing function if `status`
// is an error.
// ZT_RETURN_IF_ERROR(status, "reading the claims"): the same, and says in the
// status what failed, as WithContext does.
#define ZT_RETURN_IF_ERROR(...) \
  ZT_CHOOSE_3(__VA_ARGS__, ZT_RETURN_WITH_CONTEXT, ZT_RETURN_AS_IT_IS)(__VA_ARGS__)

// ZT_ASSIGN_OR_RETURN(auto x, statusor): declares or assigns x, or returns the
// error from the enclosing function.
// ZT_ASSIGN_OR_RETURN(auto x, statusor, "reading the claims"): the same with context.
#define ZT_ASSIGN_OR_RETURN(...)                                          \
  ZT_CHOOSE_4(__VA_ARGS__, ZT_ASSIGN_WITH_CONTEXT, ZT_ASSIGN_AS_IT_IS, 0) \
  (ZT_CONCAT(zt_statusor_, __LINE__), __VA_ARGS__)

#define ZT_CONCAT_INNER(a, b) a##b
#define ZT_CONCAT(a, b) ZT_CONCAT_INNER(a, b)
#define ZT_CHOOSE_3(a, b, chosen, ...) chosen
#define ZT_CHOOSE_4(a, b, c, chosen, ...) chosen

#define ZT_RETURN_AS_IT_IS(expression)                            \
  do {                                                            \
    if (absl::Status zt_status = (expression); !zt_status.ok()) { \
      return zt_status;                                           \
    }                                                             \
  } while (false)
#define ZT_RETURN_WITH_CONTEXT(expression, context)               \
  do {                                                            \
    if (absl::Status zt_status = (expression); !zt_status.ok()) { \
      return ::zerotouch::WithContext(zt_status, (context));      \
    }                                                             \
  } while (false)

#define ZT_ASSIGN_AS_IT_IS(statusor, lhs, expression) \
  auto statusor = (expression);                       \
  if (!statusor.ok()) {                               \
    return std::move(statusor).status();              \
  }                                                   \
  lhs = *std::move(statusor)
#define ZT_ASSIGN_WITH_CONTEXT(statusor, lhs, expression, context) \
  auto statusor = (expression);                                    \
  if (!statusor.ok()) {                                            \
    return ::zerotouch::WithContext(statusor.status(), (context)); \
  }                                                                \
  lhs = *std::move(statusor)

#endif  // ZEROTOUCH_BASE_STATUS_MACROS_H_
