// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_GUARDED_H_
#define ZEROTOUCH_STORE_GUARDED_H_

#include <exception>
#include <new>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace zerotouch::store {

// Returns what `run` returns, or an error if an exception leaves it (Store::WriteInGroup): that
// fails one call, not the process and the other writes of a group.
template <class Function>
absl::Status Guarded(const Function& run) {
  try {
    return run();
  } catch (const std::bad_alloc&) {
    return absl::ResourceExhaustedError("out of memory");
  } catch (const std::exception& error) {
    return absl::InternalError(absl::StrCat("a write threw an exception: ", error.what()));
  }
}

}  // namespace zerotouch::store

#endif  // ZEROTOUCH_STORE_GUARDED_H_
