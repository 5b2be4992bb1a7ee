// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_SANDBOX_PLACE_H_
#define ZEROTOUCH_SANDBOX_PLACE_H_

#include <atomic>

namespace zerotouch::sandbox {

// A place among a limited number of them, which the destructor gives back.
class Place {
 public:
  // Takes a place of those that `taken` counts, which must outlive it.
  Place(std::atomic<int>& taken, int most) : taken_(taken), is_free_(++taken <= most) {}
  ~Place() { --taken_; }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

  // Returns false if all places were taken: give up what needs one.
  bool is_free() const { return is_free_; }

 private:
  std::atomic<int>& taken_;
  const bool is_free_;
};

}  // namespace zerotouch::sandbox

#endif  // ZEROTOUCH_SANDBOX_PLACE_H_
