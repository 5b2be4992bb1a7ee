// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_ZEROTOUCH_STOP_NOTICE_H_
#define ZEROTOUCH_ZEROTOUCH_STOP_NOTICE_H_

#include <string>

namespace zerotouch::cli {

// Makes SIGINT (Ctrl-C) and SIGTERM write `text` to standard error and end the
// process at once with exit code 128 + signal, as shells expect. Nothing has to
// be cleaned up: the server does the work. `text` is printed as it is.
void SetStopNotice(std::string text);

}  // namespace zerotouch::cli

#endif  // ZEROTOUCH_ZEROTOUCH_STOP_NOTICE_H_
