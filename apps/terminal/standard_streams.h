// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_TERMINAL_STANDARD_STREAMS_H_
#define ZEROTOUCH_TERMINAL_STANDARD_STREAMS_H_

namespace zerotouch::terminal {

// Takes the places of standard input, output and error that the caller has closed, so that no
// file or socket of this program gets their numbers and what is printed. Reading and writing
// them fails as before. Call it first in main.
void KeepStandardStreams();

}  // namespace zerotouch::terminal

#endif  // ZEROTOUCH_TERMINAL_STANDARD_STREAMS_H_
