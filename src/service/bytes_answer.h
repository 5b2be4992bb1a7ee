// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_SERVICE_BYTES_ANSWER_H_
#define ZEROTOUCH_SERVICE_BYTES_ANSWER_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace zerotouch::service {

// Bytes that are made while they are sent. Not thread-safe.
class BytePieces {
 public:
  virtual ~BytePieces() = default;
  // Appends the next piece, of at most 40 kB, to `out`. Returns false at the end.
  virtual absl::StatusOr<bool> Next(std::string& out) = 0;
};

// The answer of a method that streams bytes: over HTTP they are the body; over gRPC each
// piece is a message, the first field of which they are.
struct BytesAnswer {
  std::unique_ptr<BytePieces> pieces;
};

}  // namespace zerotouch::service

#endif  // ZEROTOUCH_SERVICE_BYTES_ANSWER_H_
