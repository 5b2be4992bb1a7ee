#ifndef ZEROTOUCH_WIRE_REQUEST_ID_H_
#define ZEROTOUCH_WIRE_REQUEST_ID_H_

#include <string>

namespace zerotouch::wire {

// A new id for a request: 16 hexadecimal digits, random.
std::string NewRequestId();

}  // namespace zerotouch::wire

#endif  // ZEROTOUCH_WIRE_REQUEST_ID_H_
