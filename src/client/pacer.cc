// SPDX-License-Identifier: Apache-2.0
#include "client/pacer.h"

#include <random>

#include "absl/time/clock.h"

namespace zerotouch::client {
namespace {

class SystemPacer final : public Pacer {
 public:
  absl::Time Now() const override { return absl::Now(); }
  void Sleep(absl::Duration duration) override { absl::SleepFor(duration); }
  double Random() override {
    thread_local std::minstd_rand generator{std::random_device{}()};
    return std::uniform_real_distribution<double>(0, 1)(generator);
  }
};

}  // namespace

Pacer& Pacer::System() {
  static SystemPacer pacer;
  return pacer;
}

}  // namespace zerotouch::client
