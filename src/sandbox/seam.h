// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_SANDBOX_SEAM_H_
#define ZEROTOUCH_SANDBOX_SEAM_H_

namespace zerotouch::sandbox {

class CallSeam;

// Returns the seam that does nothing, which lives as long as the process.
const CallSeam& NoSeam();

}  // namespace zerotouch::sandbox

#endif  // ZEROTOUCH_SANDBOX_SEAM_H_
