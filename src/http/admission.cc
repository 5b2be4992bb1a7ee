// SPDX-License-Identifier: Apache-2.0
#include "http/admission.h"

#include <utility>

namespace zerotouch::http {

Admission::Ticket::Ticket(Ticket&& other) noexcept
    : admission_(std::exchange(other.admission_, nullptr)), bytes_(other.bytes_) {}

Admission::Ticket::~Ticket() {
  if (admission_ == nullptr) return;
  HoldNothing();
  --admission_->in_flight_;
}

bool Admission::Ticket::Hold(uint64_t bytes) {
  if (bytes <= bytes_) {
    admission_->held_bytes_ -= bytes_ - bytes;
  } else {
    const uint64_t more = bytes - bytes_;
    if ((admission_->held_bytes_ += more) > admission_->body_bytes_) {
      admission_->held_bytes_ -= more;
      return false;
    }
  }
  bytes_ = bytes;
  return true;
}

void Admission::Ticket::HoldNothing() {
  admission_->held_bytes_ -= bytes_;
  bytes_ = 0;
}

std::optional<Admission::Ticket> Admission::Enter() {
  if (++in_flight_ > requests_) {
    --in_flight_;
    return std::nullopt;
  }
  return Ticket(*this);
}

}  // namespace zerotouch::http
