// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_ZEROTOUCH_STOP_NOTICE_H_
#define ZEROTOUCH_ZEROTOUCH_STOP_NOTICE_H_

#include <string>

namespace zerotouch::cli {

// From now on Ctrl-C (SIGINT) or SIGTERM writes `text` to standard error and
// ends the process at once, with 128 + the signal as shells expect. Whatever
// the program does meanwhile needs no care: the work is at the server.
void SetStopNotice(std::string text);

}  // namespace zerotouch::cli

#endif  // ZEROTOUCH_ZEROTOUCH_STOP_NOTICE_H_
