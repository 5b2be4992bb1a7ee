// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_SERVICE_WANTED_FIELDS_H_
#define ZEROTOUCH_SERVICE_WANTED_FIELDS_H_

namespace zerotouch::service {

// Says which costly fields of an answer the call selects (json::Selection). A method that
// takes it need not set the others, which are not written.
struct WantedFields {
  bool total_size = true;
};

}  // namespace zerotouch::service

#endif  // ZEROTOUCH_SERVICE_WANTED_FIELDS_H_
