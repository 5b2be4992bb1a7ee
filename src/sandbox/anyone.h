// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_SANDBOX_ANYONE_H_
#define ZEROTOUCH_SANDBOX_ANYONE_H_

#include "auth/authorized.h"

namespace openzerotouch::sandbox::v1 {}

namespace zerotouch::sandbox {

namespace proto = openzerotouch::sandbox::v1;

// Any caller of a control.
using Anyone = auth::Authorized<auth::AnyoneInSandbox>;

}  // namespace zerotouch::sandbox

#endif  // ZEROTOUCH_SANDBOX_ANYONE_H_
