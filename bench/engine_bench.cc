// SPDX-License-Identifier: Apache-2.0
// Runs a batch of claims of new devices and then one of unclaims on SQLite, in random order and
// in one thread, without HTTP. Made to count instructions, which do not depend on what else
// runs on the machine:
//
//   valgrind --tool=callgrind --toggle-collect='*RunUnclaims*' engine_bench FOLDER [ITEMS]
//
// Prints the memory that each batch takes at most over what the process had before.

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <numeric>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "base/clock.h"
#include "batch/batch_run.h"
#include "batch/engine.h"
#include "bench/batch_client.h"
#include "model/identity.h"
#include "store/store.h"

namespace zerotouch::bench {
namespace {

constexpr PartnerId kSender{1};
constexpr CustomerId kOwner{11};
constexpr size_t kChunk = 5'000;

void Must(const absl::Status& status) {
  if (status.ok()) return;
  fmt::print(stderr, "{}\n", status.ToString());
  std::exit(1);
}

template <class Value>
Value Must(absl::StatusOr<Value> value) {
  Must(value.status());
  return *std::move(value);
}

std::string ImeiOf(int number) {
  const std::string digits = fmt::format("35{:012}", number);
  return digits + LuhnDigit(digits);
}

// Gives the device of a batch's item its identifiers.
template <class Item>
void NameDevice(int number, Item& item) {
  item.mutable_device_identifier()->set_imei(ImeiOf(number));
  item.mutable_device_identifier()->set_manufacturer("Google");
  item.set_section_type(api::SECTION_TYPE_ZERO_TOUCH);
}

void RunOperation(store::Store& store, const char* method) {
  std::optional<store::Lease> lease;
  Must(store.Write([&](store::Transaction& transaction) {
    lease = Must(transaction.LeaseOperation(absl::Now(), absl::Hours(1), store::LeaseOrder::kFair));
    return absl::OkStatus();
  }));
  const RegistryRules rules;
  const auto run = Must(
      batch::LoadBatchRun(store, lease->head, rules, absl::Now(), [](uint64_t) { return true; }));
  const store::Actor actor{.kind = store::ActorKind::kReseller,
                           .partner = kSender,
                           .customer = {},
                           .account = "sender@example.com",
                           .method = method,
                           .request_id = "0123456789abcdef",
                           .operation = lease->head.id};
  for (size_t at = 0; at < run->size(); at += kChunk) {
    const size_t end = std::min(run->size(), at + kChunk);
    const batch::PreparedChunk chunk = run->Prepare(at, end);
    Must(store.Write(actor, [&](store::Transaction& transaction) {
      const auto results = Must(chunk(transaction, absl::Now()));
      return transaction.RecordResults(*lease, static_cast<int32_t>(at), results, absl::Now(),
                                       absl::Now() + absl::Hours(1));
    }));
  }
}

// Names for --toggle-collect.
[[gnu::noinline]] void RunClaims(store::Store& store) {
  RunOperation(store, "partners.devices.claimAsync");
}
[[gnu::noinline]] void RunUnclaims(store::Store& store) {
  RunOperation(store, "partners.devices.unclaimAsync");
}

template <class Run>
void Measure(const char* name, const Run& run) {
  std::ofstream("/proc/self/clear_refs") << "5";  // VmHWM begins again
  const double before = MemoryMib(getpid(), "VmRSS");
  run();
  fmt::print("{}: {:.1f} MiB over what it had before\n", name,
             MemoryMib(getpid(), "VmHWM") - before);
}

int Run(int argc, char** argv) {
  if (argc < 2) {
    fmt::print(stderr, "usage: engine_bench FOLDER [ITEMS]\n");
    return 1;
  }
  const std::string path = fmt::format("{}/engine.db", argv[1]);
  for (const char* suffix : {"", "-wal", "-shm"}) std::remove((path + suffix).c_str());
  const auto store = Must(store::Open("sqlite://" + path, Clock::System()));
  Must(store->Write([&](store::Transaction& transaction) {
    Must(transaction.AddPartner({.id = kSender, .name = "R", .created = absl::Now()}));
    return transaction.AddCustomer({.id = kOwner, .name = "C", .created = absl::Now()}, kSender,
                                   VendorId());
  }));
  std::vector<int> numbers(argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 100'000);
  std::iota(numbers.begin(), numbers.end(), 0);
  std::mt19937 random(1);
  const RegistryRules rules;
  batch::Engine engine(*store, rules, Clock::System(), batch::EngineOptions());

  std::shuffle(numbers.begin(), numbers.end(), random);
  {
    api::ClaimDevicesRequest claims;
    for (const int number : numbers) {
      NameDevice(number, *claims.add_claims());
      claims.mutable_claims()->rbegin()->set_customer_id(kOwner.value());
    }
    Must(engine.AcceptClaims(kSender, claims.claims()).status());
  }
  Measure("claims of new devices", [&] { RunClaims(*store); });

  std::shuffle(numbers.begin(), numbers.end(), random);
  {
    api::UnclaimDevicesRequest unclaims;
    for (const int number : numbers) NameDevice(number, *unclaims.add_unclaims());
    Must(engine.AcceptUnclaims(kSender, unclaims.unclaims()).status());
  }
  Measure("unclaims", [&] { RunUnclaims(*store); });
  return 0;
}

}  // namespace
}  // namespace zerotouch::bench

int main(int argc, char** argv) { return zerotouch::bench::Run(argc, argv); }
